-- The chunks of a dataset's files that are done.
-- $1 dataset  text
-- row chunk_id  integer
select chunk.chunk_id
from landfall.file join landfall.chunk using (file_id)
where file.dataset = $1 and file.state = 'done' and chunk.state = 'committed'

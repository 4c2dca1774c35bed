-- Those of the files that have keys on record, each with its first and last chunk.
-- $1 file_id  integer[]
-- row file_id  integer
-- row first_chunk  integer
-- row last_chunk  integer
select c.file_id, min(c.chunk_id) as first_chunk, max(c.chunk_id) as last_chunk
from landfall.chunk c where c.file_id = any($1::integer[])
group by c.file_id
having bool_or(c.keyed) or exists (select from landfall.unique_file u where u.file_id = c.file_id)

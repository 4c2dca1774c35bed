-- Notes that the keys of a chunk are complete: once, and only while its file is being loaded.
-- $1 chunk_id  integer
-- $2 file_id  integer
with loading as (
  select file_id from landfall.file where file_id = $2 and state = 'loading' for share
)
update landfall.chunk c set keyed = true
from loading
where c.chunk_id = $1 and c.file_id = loading.file_id and not c.keyed

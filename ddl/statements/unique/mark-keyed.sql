-- The fence of a chunk's keys: they are noted once, and only while the file is being loaded.
-- $1 chunk_id  integer
-- $2 file_id  integer
with loading as (
  select file_id from landfall.file where file_id = $2 and state = 'loading' for share
)
update landfall.chunk c set keyed = true
from loading
where c.chunk_id = $1 and c.file_id = loading.file_id and not c.keyed

-- Claims chunks for a group, of files that have one chunk each: those that no worker has, and that no worker
-- was lost with. The others are left to be claimed one by one.
-- `|| ''`: see lock-group.sql.
-- $1 chunk_id  integer[]
-- $2 worker  text
-- row file.*
-- row chunk_id  integer
-- row fencing_token  integer
-- row lost  integer
-- row line_start  bigint
-- row unpacked_start  bigint null
-- row unpacked_end  bigint null
-- row rejected_so_far  integer
with free as (
  select c.chunk_id from landfall.chunk c join landfall.file f using (file_id)
  where c.chunk_id = any($1) and c.state = 'planned' and c.worker is null and c.lost = 0
    and f.state || '' = 'loading' and f.error is null and f.chunks = 1
  for update of c skip locked
), claimed as (
  update landfall.chunk c
  set fencing_token = c.fencing_token + 1, worker = $2, claimed_at = now()
  from free where c.chunk_id = free.chunk_id
  returning c.chunk_id, c.file_id, c.fencing_token, c.lost, c.line_start, c.unpacked_start, c.unpacked_end
)
select f.*, claimed.chunk_id, claimed.fencing_token, claimed.lost, claimed.line_start, claimed.unpacked_start,
  claimed.unpacked_end, 0 as rejected_so_far
from claimed join landfall.file f using (file_id)

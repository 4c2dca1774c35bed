-- Claims a chunk for a worker, so that no earlier claim of it can commit. Returns no row if the chunk is
-- committed, its file is no longer being loaded, or (with `again`) another worker has taken it. Also returns
-- how many rows of the file have been rejected so far. Does not wait: SQLSTATE 55P03 where another
-- transaction has locked the chunk's row.
-- $1 chunk_id  integer
-- $2 worker  text
-- $3 again  boolean   only if no other worker has taken it since this one did
-- row file.*
-- row fencing_token  integer
-- row lost  integer
-- row line_start  bigint
-- row unpacked_start  bigint null
-- row unpacked_end  bigint null
-- row rejected_so_far  numeric
with free as (
  select chunk_id from landfall.chunk
  where chunk_id = $1 and state = 'planned' and (not $3 or worker = $2)
  for update nowait
), claimed as (
  update landfall.chunk c
  set fencing_token = c.fencing_token + 1, worker = $2, claimed_at = now(),
      lost = c.lost + case when c.worker <> $2 then 1 else 0 end
  from free, landfall.file f
  where c.chunk_id = free.chunk_id and f.file_id = c.file_id and f.state = 'loading' and f.error is null
  returning c.file_id, c.fencing_token, c.lost, c.line_start, c.unpacked_start, c.unpacked_end
)
select f.*, claimed.fencing_token, claimed.lost, claimed.line_start, claimed.unpacked_start, claimed.unpacked_end,
  (select coalesce(sum(c.rows_rejected), 0) from landfall.chunk c
    where c.file_id = f.file_id and c.state = 'committed') as rejected_so_far
from claimed join landfall.file f using (file_id)

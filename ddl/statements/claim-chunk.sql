-- Takes a chunk: whoever claimed it before can no longer commit it. No row: it is committed, or its file
-- is not being loaded any more. With it, how many rows of the file were rejected so far.
-- $1 chunk_id  integer
-- $2 worker  text
with claimed as (
  update landfall.chunk c
  set claim = c.claim + 1, worker = $2, claimed_at = now()
  from landfall.file f
  where c.chunk_id = $1 and c.state = 'planned' and f.file_id = c.file_id and f.state = 'loading'
  returning c.file_id, c.claim, c.line_start, c.unpacked_start, c.unpacked_end
)
select f.*, claimed.claim, claimed.line_start, claimed.unpacked_start, claimed.unpacked_end,
  (select coalesce(sum(c.rows_rejected), 0) from landfall.chunk c
    where c.file_id = f.file_id and c.state = 'committed') as rejected_so_far
from claimed join landfall.file f using (file_id)

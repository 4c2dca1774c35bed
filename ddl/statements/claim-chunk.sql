-- Takes a chunk: whoever claimed it before can no longer commit it. No row: it is committed, or its file
-- is not being loaded any more.
-- $1 chunk_id  integer
-- $2 worker  text
with claimed as (
  update landfall.chunk c
  set claim = c.claim + 1, worker = $2, claimed_at = now()
  from landfall.file f
  where c.chunk_id = $1 and c.state = 'planned' and f.file_id = c.file_id and f.state = 'loading'
  returning c.file_id, c.claim, c.line_start
)
select f.*, claimed.claim, claimed.line_start
from claimed join landfall.file f using (file_id)

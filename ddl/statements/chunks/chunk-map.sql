-- What has become of each chunk of a file, in the order of their numbers: little enough of each for files of ten thousand.
-- $1 file_id  integer
-- row number  integer
-- row state  chunk.state
-- row bytes  bigint
-- row rows_parsed  bigint
-- row rows_rejected  bigint
-- row worker  text null
-- row attempts  integer   how many workers have taken it
-- row lost  integer   how many of those died
-- row claimed_at  timestamptz null
-- row committed_at  timestamptz null
-- row error  chunk.error
select number, state, byte_end - byte_start as bytes, rows_parsed, rows_rejected, worker, fencing_token as attempts,
  lost, claimed_at, committed_at, error
from landfall.chunk where file_id = $1 order by number

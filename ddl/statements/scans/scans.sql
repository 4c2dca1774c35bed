-- The scans of a file's ranges.
-- $1 file_id  integer
-- row number  integer
-- row byte_start  bigint
-- row byte_end  bigint
-- row block_hashes  bytea
-- row result  scan.result
select number, byte_start, byte_end, block_hashes, result
from landfall.scan where file_id = $1 order by number

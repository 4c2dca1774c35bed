-- $1 file_id  integer
select number, byte_start, byte_end, block_hashes, result
from landfall.scan where file_id = $1 order by number

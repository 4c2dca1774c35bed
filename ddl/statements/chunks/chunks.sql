-- The chunks of a file.
-- $1 file_id  integer
-- row chunk.*
select * from landfall.chunk where file_id = $1 order by number

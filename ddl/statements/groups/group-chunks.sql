-- The chunks of files.
-- $1 file_id  integer[]
-- row chunk.*
select * from landfall.chunk where file_id = any($1) order by file_id, number

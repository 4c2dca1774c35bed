-- The files with these numbers.
-- $1 file_id  integer[]
-- row file.*
select * from landfall.file where file_id = any($1) order by file_id

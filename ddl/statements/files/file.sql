-- The file with this number.
-- $1 file_id  integer
-- row file.*
select * from landfall.file where file_id = $1

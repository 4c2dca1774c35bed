-- The file, locked against a change of its state but not against others who do the same.
-- $1 file_id  integer
-- row file.*
select * from landfall.file where file_id = $1 for share

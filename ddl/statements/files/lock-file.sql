-- The file, locked against any change of its state until the transaction ends.
-- $1 file_id  integer
-- row file.*
select * from landfall.file where file_id = $1 for update

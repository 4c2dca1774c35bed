-- The file, locked against a change of its state until the transaction ends. Others may share the lock.
-- $1 file_id  integer
-- row file.*
select * from landfall.file where file_id = $1 for share

-- A file and, after it, its children, locked against any change of their states until the transaction ends.
-- $1 file_id  integer
-- row file.*
select * from landfall.file where file_id = $1 or parent_id = $1 order by file_id for update

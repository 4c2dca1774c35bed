-- share-file.sql for a file that is being loaded; no row if it is not.
-- $1 file_id  integer
-- row file.*
select * from landfall.file where file_id = $1 and state = 'loading' and error is null for share

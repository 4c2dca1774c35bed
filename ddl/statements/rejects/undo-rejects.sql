-- Deletes the rejects of files.
-- $1 file_id  integer[]
delete from landfall.reject where file_id = any($1::integer[])

-- Takes a file's parts out of the manifest and says which they were.
-- $1 file_id  integer
delete from landfall.part where file_id = $1 returning path, rows, bytes

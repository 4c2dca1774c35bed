-- Takes a file's parts out of the manifest.
-- $1 file_id  integer
delete from landfall.part where file_id = $1

-- Takes the parts of a file out of the manifest.
-- $1 file_id  integer
delete from landfall.part where file_id = $1

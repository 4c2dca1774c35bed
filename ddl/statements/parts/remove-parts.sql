-- Takes the parts of files out of the manifest.
-- $1 file_id  integer[]
delete from landfall.part where file_id = any($1::integer[])

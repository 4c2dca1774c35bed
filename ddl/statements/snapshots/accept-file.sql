-- Notes that a file is to be loaded although its snapshot lacks many keys.
-- $1 file_id  integer
update landfall.file set accepted = true where file_id = $1

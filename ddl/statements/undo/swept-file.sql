-- Notes that the parts of an undone file have left the lake.
-- $1 file_id  integer
update landfall.file set unswept = false where file_id = $1 and unswept

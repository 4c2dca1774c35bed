-- The objects of these files are gone.
-- $1 file_id  integer[]
update landfall.file set pruning = null where file_id = any($1::integer[])

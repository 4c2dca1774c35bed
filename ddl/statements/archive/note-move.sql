-- Notes where a file is about to be moved. Null: it will not be moved after all.
-- $1 file_id  integer
-- $2 url  text null
update landfall.file set moving_to = $2 where file_id = $1

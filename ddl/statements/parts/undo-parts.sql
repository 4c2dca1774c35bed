-- $1 file_id  integer[]
delete from landfall.part where file_id = any($1::integer[])

-- $1 file_id  integer[]
select * from landfall.chunk where file_id = any($1) order by file_id, number

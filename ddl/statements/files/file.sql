-- $1 file_id  integer
select * from landfall.file where file_id = $1

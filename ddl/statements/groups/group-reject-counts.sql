-- $1 file_id  integer[]
select file_id, code, count(*) as count from landfall.reject where file_id = any($1)
group by file_id, code order by file_id, code

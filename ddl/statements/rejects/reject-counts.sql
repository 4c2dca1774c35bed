-- $1 file_id  integer
select code, count(*) as count from landfall.reject where file_id = $1 group by code order by code

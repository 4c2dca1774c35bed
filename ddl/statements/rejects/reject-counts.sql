-- How many rejects a file has, by code.
-- $1 file_id  integer
-- row code  text
-- row count  bigint
select code, count(*) as count from landfall.reject where file_id = $1 group by code order by code

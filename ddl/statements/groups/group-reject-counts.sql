-- How many rejects each of the files has, by code.
-- $1 file_id  integer[]
-- row file_id  integer
-- row code  text
-- row count  bigint
select file_id, code, count(*) as count from landfall.reject where file_id = any($1)
group by file_id, code order by file_id, code

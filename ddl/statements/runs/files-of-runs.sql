-- The files of runs, in the order in which they were noted.
-- $1 run_id  integer[]
-- row file.*
select * from landfall.file where run_id = any($1) order by file_id

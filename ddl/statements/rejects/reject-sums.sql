-- Rejects of a file by code and column, most frequent first: all, and those that wait.
-- $1 file_id  integer
-- row code  text
-- row column_name  text null
-- row count  bigint
-- row waiting  bigint
select code, column_name, count(*) as count, count(*) filter (where taken_by is null) as waiting
from landfall.reject where file_id = $1
group by code, column_name
order by count(*) desc, code, column_name

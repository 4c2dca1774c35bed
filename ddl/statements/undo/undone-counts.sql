-- What files have, in numbers: what an undo of them takes out.
-- $1 file_id  integer[]
-- row file_id  integer
-- row rows  bigint   that are loaded
-- row parts  bigint
-- row bytes  bigint   of the parts
-- row rejects  bigint
-- row returned  bigint   rejects of other files that it has taken, which wait again
select f.file_id, f.rows_loaded as rows, p.parts, p.bytes,
  (select count(*) from landfall.reject r where r.file_id = f.file_id) as rejects,
  (select count(*) from landfall.reject r where r.taken_by = f.file_id and r.file_id <> all($1::integer[])) as returned
from landfall.file f
cross join lateral (
  select count(*) as parts, coalesce(sum(bytes), 0)::bigint as bytes
  from landfall.part where file_id = f.file_id
) p
where f.file_id = any($1::integer[])
order by f.file_id

-- The byte offset of every nth of a file's waiting rejects, ascending.
-- $1 file_id  integer
-- $2 number  bigint   n
-- row byte_offset  bigint
select byte_offset
from (
  select byte_offset, row_number() over (order by byte_offset) as number
  from landfall.reject
  where file_id = $1 and taken_by is null
) numbered
where number % $2 = 0
order by byte_offset

-- Every so-manieth byte offset of a file's open rejects, ascending.
-- $1 file_id  integer
-- $2 number  bigint   of rejects from one to the next
-- row byte_offset  bigint
select byte_offset
from (
  select byte_offset, row_number() over (order by byte_offset) as number
  from landfall.reject
  where file_id = $1 and taken_by is null
) numbered
where number % $2 = 0
order by byte_offset

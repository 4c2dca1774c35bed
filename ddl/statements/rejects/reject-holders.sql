-- The other files that have taken some of these rejects.
-- $1 file_id  integer   the file that they belong to
-- $2 byte_offset  bigint[]
-- $3 taken_by  integer   not this one
-- row file_id  integer
-- row name  text
select distinct t.file_id, t.name
from landfall.reject r join landfall.file t on t.file_id = r.taken_by
where r.file_id = $1 and r.byte_offset = any($2::bigint[]) and r.taken_by <> $3
order by t.file_id

-- $1 chunk_id  integer
-- $2 file_id  integer
-- $3 path  text[]
-- $4 rows  bigint[]
-- $5 bytes  bigint[]
insert into landfall.part (path, chunk_id, file_id, dataset, rows, bytes)
select p.path, $1, $2, f.dataset, p.rows, p.bytes
from unnest($3::text[], $4::bigint[], $5::bigint[]) as p (path, rows, bytes)
join landfall.file f on f.file_id = $2
on conflict (path) do update
set chunk_id = excluded.chunk_id, file_id = excluded.file_id, rows = excluded.rows, bytes = excluded.bytes

-- Adds the parts of chunks to the manifest. A repeat of a chunk replaces its parts, also one that it shares.
-- $1 chunk_id  integer[]
-- $2 file_id  integer[]
-- $3 path  text[]
-- $4 rows  bigint[]
-- $5 bytes  bigint[]
-- $6 shared_id  integer[] with nulls   the part that the rows lie in; null: the chunk has the part for itself
insert into landfall.part (path, chunk_id, file_id, dataset, rows, bytes, shared_id)
select p.path, p.chunk_id, p.file_id, f.dataset, p.rows, p.bytes, p.shared_id
from unnest($1::integer[], $2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[])
  as p (chunk_id, file_id, path, rows, bytes, shared_id)
join landfall.file f on f.file_id = p.file_id
on conflict (path) do update
set chunk_id = excluded.chunk_id, file_id = excluded.file_id, rows = excluded.rows, bytes = excluded.bytes,
    shared_id = excluded.shared_id

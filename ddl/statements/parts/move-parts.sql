-- Says that rows of chunks lie in a shared part now, where they still lie in the part that they were read from. Parts
-- that a chunk had for itself are retired.
-- $1 shared_id  integer
-- $2 file_id  integer[]   the caller has locked them
-- $3 path  text[]   as landfall.part has it
-- $4 rows  bigint[]
-- $5 bytes  bigint[]   of the chunk in the part that they were read from
-- $6 was  integer[] with nulls   the shared part that they were read from; null: the chunk's own part
-- $7 share  bigint[]   of the bytes of the new part
-- $8 keep_seconds  double precision   how long those that are retired stay
-- row rows  bigint
with moved as (
  update landfall.part p set shared_id = $1, bytes = n.share
  from unnest($3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::bigint[])
    as n (path, rows, bytes, was, share)
  where p.path = n.path and p.rows = n.rows and p.bytes = n.bytes and p.shared_id is not distinct from n.was
    and p.file_id = any($2::integer[])
  returning p.path, p.dataset, p.rows, n.was, n.bytes as bytes_before
), retired as (
  insert into landfall.retired_part (path, dataset, bytes, kept_until)
  select path, dataset, bytes_before, now() + make_interval(secs => $8) from moved where was is null
  on conflict (path) do update set retired_at = now(), kept_until = excluded.kept_until
)
select rows from moved

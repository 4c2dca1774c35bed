-- Notes the files that a transaction ends or undoes, as one snapshot of their dataset. Locks the files that are to end
-- and leaves out those that cannot: the rows that are returned are the others. Then locks the dataset until the
-- transaction ends, so that its snapshots commit in the order of their numbers.
-- `|| ''`: see groups/lock-group.sql.
-- $1 lock_class  integer
-- $2 dataset  text
-- $3 file_id  integer[]
-- $4 kind  text[]   end or undo
-- $5 snapshot_id  integer null   of the same transaction, if it has opened one
-- row snapshot_id  integer
-- row file_id  integer
with files as materialized (
  select f.file_id, n.kind
  from landfall.file f join unnest($3::integer[], $4::text[]) as n (file_id, kind) using (file_id)
  where n.kind = 'undo' or (f.state || '' in ('loading', 'finalising') and f.error is null)
  order by f.file_id
  for update of f
), locked as materialized (
  select pg_advisory_xact_lock($1, hashtext($2)) from (select count(*) from files) counted
), opened as materialized (
  select coalesce($5::integer, nextval('landfall.snapshot_number')::integer) as snapshot_id from locked
)
insert into landfall.snapshot (snapshot_id, dataset, file_id, kind)
select opened.snapshot_id, $2, files.file_id, files.kind from opened, files
returning snapshot_id, file_id

-- Notes that marts of a dataset are refreshed, which ends what was noted about failures.
-- $1 dataset  text
-- $2 names  text[]
-- $3 changes  bigint   as of the transaction's beginning
insert into landfall.mart (dataset, name, changes, refreshed_at)
select $1, name, $3, now() from unnest($2::text[]) name
on conflict (dataset, name) do update
set changes = excluded.changes, refreshed_at = excluded.refreshed_at, failed_since = null, error = null

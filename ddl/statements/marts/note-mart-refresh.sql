-- Notes that the marts of a dataset are up to date with all its files that are done. Comes first in the
-- transaction that refreshes them.
-- $1 dataset  text
insert into landfall.mart_refresh (dataset, files)
select $1, count(*) from landfall.file where dataset = $1 and state = 'done'
on conflict (dataset) do update set files = excluded.files, refreshed_at = now()

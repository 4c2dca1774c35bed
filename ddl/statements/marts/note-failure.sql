-- Notes that a mart could not be refreshed, and why. The time of the first failure stays.
-- $1 dataset  text
-- $2 name  text
-- $3 error  jsonb
insert into landfall.mart (dataset, name, failed_since, error) values ($1, $2, now(), $3)
on conflict (dataset, name) do update
set failed_since = coalesce(mart.failed_since, excluded.failed_since), error = excluded.error

-- Notes that the marts of a dataset have rows that are gone from the star, until they are refreshed.
-- $1 dataset  text
insert into landfall.mart_refresh (dataset, files) values ($1, -1)
on conflict (dataset) do update set files = -1

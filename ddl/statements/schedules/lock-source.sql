-- Holds a source until the transaction ends: its schedule is noted and its runs are planned by one process at a time.
-- $1 dataset  text
-- $2 source  text
insert into landfall.source (dataset, name) values ($1, $2)
on conflict (dataset, name) do update set name = excluded.name

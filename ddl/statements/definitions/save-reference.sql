-- Keeps a version of a reference table.
-- $1 version  text
-- $2 dataset  text
-- $3 name  text
-- $4 layout  jsonb
-- $5 content  bytea
-- $6 rows  integer
insert into landfall.reference (version, dataset, name, layout, content, rows)
values ($1, $2, $3, $4, $5, $6)
on conflict (version) do update set used_at = now()

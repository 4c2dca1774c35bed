-- Notes that a rollup exists, in the place of one with another definition.
-- $1 dataset  text
-- $2 name  text
-- $3 hash  text   8 hex digits
-- $4 stored  jsonb
insert into landfall.rollup (dataset, name, hash, stored)
values ($1, $2, $3, $4)
on conflict (dataset, name) do update
set hash = excluded.hash, stored = excluded.stored, recomputed = null, notes = '[]', built_at = now()

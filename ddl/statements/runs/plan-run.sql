-- Plans a run. Returns no row where the window has a run of that class already.
-- $1 dataset  text
-- $2 source  text
-- $3 kind  run.kind
-- $4 window_from  timestamptz null
-- $5 window_to  timestamptz null
-- $6 folder  text
-- $7 due_at  timestamptz null   null: now
-- $8 parallel  integer
-- row run.*
insert into landfall.run (dataset, source, kind, window_from, window_to, folder, due_at, parallel)
values ($1, $2, $3, $4, $5, $6, coalesce($7::timestamptz, now()), $8)
on conflict (dataset, source, (kind = 'backfill'), folder) do nothing
returning *

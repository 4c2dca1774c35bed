-- Moves the cursor of a source.
-- $1 dataset  text
-- $2 source  text
-- $3 cursor  jsonb
insert into landfall.source (dataset, name, cursor, moved_at) values ($1, $2, $3, now())
on conflict (dataset, name) do update set cursor = excluded.cursor, moved_at = excluded.moved_at
where source.cursor is distinct from excluded.cursor

-- Keeps a definition; one that is there already stays as it is.
-- $1 version  text   16 hex digits
-- $2 dataset  text
-- $3 definition  jsonb
insert into landfall.definition (version, dataset, definition)
values ($1, $2, $3)
on conflict (version) do nothing

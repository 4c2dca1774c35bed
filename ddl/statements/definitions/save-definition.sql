-- Keeps a definition as it was last used: marts, checks and the like may change while the version stays.
-- $1 version  text   16 hex digits
-- $2 dataset  text
-- $3 definition  jsonb
insert into landfall.definition (version, dataset, definition)
values ($1, $2, $3)
on conflict (version) do update set definition = excluded.definition
where landfall.definition.definition is distinct from excluded.definition

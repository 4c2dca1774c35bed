-- A version of a reference table.
-- $1 version  text
-- row layout  jsonb
-- row content  bytea
select layout, content from landfall.reference where version = $1

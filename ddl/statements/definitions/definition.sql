-- The definition with this version.
-- $1 version  text
-- row definition  jsonb
select definition from landfall.definition where version = $1

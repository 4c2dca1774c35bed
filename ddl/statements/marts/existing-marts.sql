-- Those of the marts that are there.
-- $1 schema  name
-- $2 names  name[]
-- row name  name
select matviewname as name from pg_matviews where schemaname = $1 and matviewname = any($2)

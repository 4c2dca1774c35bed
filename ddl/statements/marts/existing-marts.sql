-- Those of the materialized views that exist.
-- $1 schema  name
-- $2 names  name[]
-- row name  name
select matviewname as name from pg_matviews where schemaname = $1 and matviewname = any($2)

-- The columns of those of the tables that exist, and whether each is part of the table's unique constraint.
-- $1 schema  name
-- $2 table  text[]
-- row table  name
-- row name  name
-- row type  text
-- row not_null  boolean
-- row in_key  boolean
select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null,
  exists (
    select from pg_constraint u where u.conrelid = c.oid and u.contype = 'u' and a.attnum = any(u.conkey)
  ) as in_key
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = $1 and c.relname = any($2::text[]) and c.relkind in ('r', 'p')
order by c.relname, a.attnum

-- Columns of tables and views that exist. Of each, whether the table's unique constraint has it, and that constraint's name.
-- $1 schema  name
-- $2 table  text[]
-- row table  name
-- row name  name
-- row type  text
-- row not_null  boolean
-- row key_name  name null   of the unique constraint that the column is in
-- row comment  text null   of the table
select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null,
  u.conname as key_name, obj_description(c.oid, 'pg_class') as comment
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_constraint u on u.conrelid = c.oid and u.contype = 'u' and a.attnum = any(u.conkey)
where n.nspname = $1 and c.relname = any($2::text[]) and c.relkind in ('r', 'p', 'v')
order by c.relname, a.attnum

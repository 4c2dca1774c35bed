-- The staging tables of files that have ended.
-- row schema  name
-- row name  name
select n.nspname as schema, c.relname as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join landfall.file f on c.relname = '_staging_f' || f.file_id
where c.relkind = 'r' and f.state in ('done', 'failed', 'duplicate', 'undone')

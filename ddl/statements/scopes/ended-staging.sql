-- The staging tables of files that have ended, or were planned again under another number.
-- row schema  name
-- row name  name
select n.nspname as schema, c.relname as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join landfall.file f on c.relname = '_staging_f' || f.file_id
where c.relkind = 'r' and c.relname ~ '^_staging_f[0-9]+$'
  and coalesce(f.state, 'done') in ('done', 'failed', 'duplicate', 'undone')

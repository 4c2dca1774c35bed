-- Views that read these tables, directly or through others, those that nothing else reads first. `made`: Landfall
-- has created it, as a mart or to show events.
-- $1 schema  name
-- $2 table  text[]
-- row schema  name
-- row name  name
-- row kind  text   v or m
-- row made  boolean
with recursive reads as (
  select r.ev_class as view, d.refobjid as reads
  from pg_depend d join pg_rewrite r on r.oid = d.objid
  where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and r.ev_class <> d.refobjid
), dependents as (
  select reads.view, 1 as depth
  from reads join pg_class t on t.oid = reads.reads join pg_namespace n on n.oid = t.relnamespace
  where n.nspname = $1 and t.relname = any($2::text[])
  union
  select reads.view, dependents.depth + 1 from dependents join reads on reads.reads = dependents.view
)
select n.nspname as schema, c.relname as name, c.relkind::text as kind,
  coalesce(obj_description(c.oid, 'pg_class') ~ '(^|[(])landfall [0-9a-f]{16}[)]?$', false) as made
from (select view, max(depth) as depth from dependents group by view) v
join pg_class c on c.oid = v.view join pg_namespace n on n.oid = c.relnamespace
order by v.depth desc, c.relname

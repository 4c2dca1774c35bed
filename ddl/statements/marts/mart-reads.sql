-- Which of the materialized views read which others, directly or through views. Null: the view calls a
-- function that is not built in, which may read any of them.
-- $1 schema  name
-- $2 names  name[]
-- row mart  name
-- row reads  name null
with recursive
marts as (
  select oid, relname as name
  from pg_class
  where relkind = 'm' and relnamespace = (select oid from pg_namespace where nspname = $1) and relname = any($2)
),
uses (mart, class, object) as (
  select name, cast('pg_class'::regclass as oid), oid from marts
  union
  select mart, refclassid, refobjid
  from uses
  join pg_rewrite as rule on class = 'pg_class'::regclass and ev_class = object
  join pg_depend on classid = 'pg_rewrite'::regclass and objid = rule.oid
)
select mart, name as reads
from uses join marts on class = 'pg_class'::regclass and object = marts.oid
where mart <> name
union
select mart, null
from uses
where class in ('pg_proc'::regclass, 'pg_operator'::regclass)

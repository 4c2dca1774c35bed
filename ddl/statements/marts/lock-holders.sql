-- The sessions that hold or await a lock on a relation, longest first.
-- $1 relation  text   with its schema, quoted
-- row pid  integer
-- row name  text
-- row query  text null
select a.pid, coalesce(a.application_name, '') as name, left(a.query, 100) as query
from pg_stat_activity a
where a.pid <> pg_backend_pid()
  and exists (select from pg_locks l where l.pid = a.pid and l.granted and l.relation = to_regclass($1))
order by a.xact_start
limit 3

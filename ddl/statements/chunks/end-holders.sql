-- Ends the transactions in which these chunks are still being loaded: those of workers that are frozen or cut
-- off. Waits up to a second for each to end. Only sessions of the same database role can be ended.
-- $1 lock_class  oid
-- $2 chunk_id  oid[]
-- row ended  boolean
select pg_terminate_backend(l.pid, 1000) as ended
from pg_locks l join pg_database d on d.oid = l.database
where l.locktype = 'advisory' and l.objsubid = 2 and d.datname = current_database()
  and l.classid = $1::oid and l.objid = any($2::oid[]) and l.granted
  and l.pid <> pg_backend_pid()

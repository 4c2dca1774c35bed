-- Ends the transactions that still hold these chunks: of workers that were frozen or cut off in the middle
-- of them. Waits up to a second for each to be gone. Only those of the same database role can be ended.
-- $1 lock_class  oid
-- $2 chunk_id  oid[]
-- row ended  boolean
select pg_terminate_backend(l.pid, 1000) as ended
from pg_locks l join pg_database d on d.oid = l.database
where l.locktype = 'advisory' and l.objsubid = 2 and d.datname = current_database()
  and l.classid = $1::oid and l.objid = any($2::oid[]) and l.granted
  and l.pid <> pg_backend_pid()

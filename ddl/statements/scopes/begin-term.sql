-- A new term of the scope, of the process that holds its lock. Waits for the transactions of the one before.
-- $1 scope  text
-- $2 host  text
-- $3 pid  integer
-- row term  integer not null
insert into landfall.leader as l (scope, term, host, pid) values ($1, 1, $2, $3)
on conflict (scope) do update
set term = l.term + 1, host = excluded.host, pid = excluded.pid, since = default, url = null
returning term

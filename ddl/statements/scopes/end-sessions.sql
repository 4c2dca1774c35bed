-- Ends the sessions of coordinators that led the scope before, and waits up to a second for each. Their names are
-- 'landfall leader TERM SCOPE'.
-- $1 scope  text
-- $2 term  integer   the first that stays
-- row ended  boolean   false: it still lives
select pg_terminate_backend(pid, 1000) as ended
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
  and application_name ~ '^landfall leader [0-9]+ ' and split_part(application_name, ' ', 4) = $1
  and split_part(application_name, ' ', 3)::integer < $2

-- Locks names of files, always in the same order, so that versions of one name end one after another.
-- $1 lock_class  integer
-- $2 name  text[]   dataset/name
-- row pg_advisory_xact_lock  void
select pg_advisory_xact_lock($1, key) from (
  select distinct hashtext(name) as key from unnest($2::text[]) as name order by key
) keys

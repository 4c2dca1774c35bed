-- Locks names under which versions of a file end one after another, in an order that all keep to.
-- $1 lock_class  integer
-- $2 name  text[]   dataset/name
-- row pg_advisory_xact_lock  void
select pg_advisory_xact_lock($1, key) from (
  select distinct hashtext(name) as key from unnest($2::text[]) as name order by key
) keys

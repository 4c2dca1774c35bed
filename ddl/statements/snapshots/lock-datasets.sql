-- Locks datasets as open-snapshot.sql does, always in the same order.
-- $1 lock_class  integer
-- $2 dataset  text[]
-- row pg_advisory_xact_lock  void
select pg_advisory_xact_lock($1, key) from (
  select distinct hashtext(dataset) as key from unnest($2::text[]) as dataset order by key
) keys

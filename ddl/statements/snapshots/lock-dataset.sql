-- Locks a dataset as open-snapshot.sql does.
-- $1 lock_class  integer
-- $2 dataset  text
-- row pg_advisory_xact_lock  void
select pg_advisory_xact_lock($1, hashtext($2))

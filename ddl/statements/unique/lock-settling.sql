-- Waits until no other file of the dataset settles. None does until the transaction ends.
-- $1 settle_lock  integer
-- $2 dataset  text
-- row pg_advisory_xact_lock  void
select pg_advisory_xact_lock($1, hashtext($2))

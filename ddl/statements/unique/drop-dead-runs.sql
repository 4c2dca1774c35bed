-- Drops the tables of keys that are no longer needed, in the dataset of a file; does nothing while another
-- file of it settles.
-- $1 settle_lock  integer
-- $2 file_id  integer
-- row drop_dead_runs  void
select landfall.drop_dead_runs(dataset) from landfall.file
where file_id = $2 and pg_try_advisory_xact_lock($1, hashtext(dataset))

-- Drops the tables of keys that are no longer needed. While no other file of the dataset settles.
-- $1 dataset  text
-- row drop_dead_runs  void
select landfall.drop_dead_runs($1)

-- Drops the tables of keys that are no longer needed, and merges small ones. While no other file of the
-- dataset settles.
-- $1 dataset  text
-- row drop_dead_runs  void
-- row merge_runs  void
select landfall.drop_dead_runs($1), landfall.merge_runs($1)

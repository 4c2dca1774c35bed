-- While no other file of the dataset settles.
-- $1 dataset  text
select landfall.drop_dead_runs($1), landfall.merge_runs($1)

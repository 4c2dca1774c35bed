-- Forgets what is noted about marts that a dataset no longer has.
-- $1 dataset  text
-- $2 names  text[]   of those that it has
delete from landfall.mart where dataset = $1 and name <> all($2)

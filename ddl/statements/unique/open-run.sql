-- Gives a file a table of its own for its keys.
-- $1 file_id  integer
-- $2 dataset  text
-- row open_run  void
select landfall.open_run($1, $2)

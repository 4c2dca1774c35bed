-- $1 file_id  integer
-- $2 dataset  text
-- row open_run  void
select landfall.open_run($1, $2)

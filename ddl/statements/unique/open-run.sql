-- $1 file_id  integer
-- $2 dataset  text
select landfall.open_run($1, $2)

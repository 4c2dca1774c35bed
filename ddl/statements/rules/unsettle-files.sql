-- Forgets which rules files are settled for.
-- $1 file_id  integer[]
delete from landfall.unique_file where file_id = any($1::integer[])

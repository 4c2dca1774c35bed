-- Forgets which rules a file is settled for.
-- $1 file_id  integer
delete from landfall.unique_file where file_id = $1

-- The name of the table with the keys of a file.
-- $1 file_id  integer
-- row table_name  text
select split_part(landfall.keys_of($1), '.', 2) as table_name

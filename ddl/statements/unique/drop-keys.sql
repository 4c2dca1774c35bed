-- Forgets the keys of a file that are not in a table of their own.
-- $1 file_id  integer
-- $2 first_chunk  integer
-- $3 last_chunk  integer
delete from landfall.unique_key where file_id = $1 and chunk_id between $2 and $3

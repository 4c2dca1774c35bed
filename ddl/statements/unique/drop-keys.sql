-- $1 file_id  integer
-- $2 first_chunk  integer
-- $3 last_chunk  integer
delete from landfall.unique_key where file_id = $1 and chunk_id between $2 and $3

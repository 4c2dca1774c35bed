-- $1 file_id  integer[]
select file_id, path, rows, bytes, chunk_id from landfall.part where file_id = any($1) order by path

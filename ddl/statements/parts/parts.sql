-- $1 file_id  integer
select path, rows, bytes, chunk_id from landfall.part where file_id = $1 order by path

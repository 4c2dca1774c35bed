-- The parts of files in the manifest.
-- $1 file_id  integer[]
-- row file_id  integer
-- row path  text
-- row rows  bigint
-- row bytes  bigint
-- row chunk_id  integer
select file_id, path, rows, bytes, chunk_id from landfall.part where file_id = any($1) order by path

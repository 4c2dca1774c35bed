-- The parts of a file in the manifest.
-- $1 file_id  integer
-- row path  text
-- row rows  bigint
-- row bytes  bigint
-- row chunk_id  integer
select path, rows, bytes, chunk_id from landfall.part where file_id = $1 order by path

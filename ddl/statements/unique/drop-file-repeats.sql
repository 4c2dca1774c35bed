-- Forgets the repeats of files.
-- $1 file_id  integer[]
delete from landfall.unique_repeat r using landfall.chunk c
where c.chunk_id = r.chunk_id and c.file_id = any($1::integer[])

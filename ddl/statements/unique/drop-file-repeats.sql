-- Forgets the repeats of a file.
-- $1 file_id  integer
delete from landfall.unique_repeat r using landfall.chunk c
where c.chunk_id = r.chunk_id and c.file_id = $1

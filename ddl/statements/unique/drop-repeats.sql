-- Forgets the repeats of a chunk.
-- $1 chunk_id  integer
delete from landfall.unique_repeat where chunk_id = $1

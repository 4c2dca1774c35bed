-- Waits until no other transaction has locked the chunk's row.
-- $1 chunk_id  integer
-- row chunk_id  integer
select chunk_id from landfall.chunk where chunk_id = $1 for update

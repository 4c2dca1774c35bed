-- The chunk, if its keys are noted.
-- $1 chunk_id  integer
-- row chunk_id  integer
select chunk_id from landfall.chunk where chunk_id = $1 and keyed

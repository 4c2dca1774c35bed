-- Shared parts of a dataset whose compactions have died, locked. Waits for one that is just being listed.
-- $1 dataset  text
-- row shared_id  integer
-- row path  text
select shared_id, path from landfall.shared_part
where dataset = $1 and not listed and chunk_id is null
for update

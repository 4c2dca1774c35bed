-- Those of these shared parts that are not listed, locked: their group has failed. Waits for one that is just being listed.
-- $1 shared_id  integer[]
-- row shared_id  integer
-- row path  text
select shared_id, path from landfall.shared_part
where shared_id = any($1::integer[]) and not listed
for update

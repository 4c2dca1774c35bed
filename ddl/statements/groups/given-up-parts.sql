-- Those of these shared parts that nobody has listed, because their group has failed. Locked, if they are still noted: waits
-- for one that is just being listed. One that is noted no more was given up by another process, perhaps before the group
-- put it in its place.
-- $1 shared_id  integer[]
-- $2 path  text[]
-- row shared_id  integer not null
-- row path  text not null
select n.shared_id, n.path
from unnest($1::integer[], $2::text[]) as n (shared_id, path)
left join (
  select shared_id, listed from landfall.shared_part where shared_id = any($1::integer[]) for update
) s using (shared_id)
where s.listed is not true

-- Files of a dataset that ended before a time and whose object lies in a place, in the order of their numbers. Children
-- have the object of their parent.
-- $1 dataset  text
-- $2 before  timestamptz
-- $3 place  text   the address of the place, with a slash at its end
-- $4 file_id  integer   after this one
-- row file_id  integer
-- row url  text
-- row bytes  bigint
-- row kept  text null   why it is still needed
select f.file_id, f.url, f.bytes, landfall.why_kept(f.file_id, f.url, $2) as kept
from landfall.file f
where f.dataset = $1 and f.finished_at < $2 and starts_with(f.url, $3) and f.file_id > $4
  and f.pruned_at is null and f.parent_id is null
order by f.file_id limit 1000

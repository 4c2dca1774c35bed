-- The row that takes the place of a file which is planned again, as the file landed: nothing is known of its content.
-- What planning found out about the file that it comes from is forgotten; what a person asked for stays.
-- $1 file_id  integer
-- $2 fingerprint  text
-- row file.*
insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, link, linked_to, landed_at, seen_at,
  accepted, run_id)
select dataset, name, url, scope, origin, bytes, $2,
  case when link in ('replays', 'reloads') then link when origin = 'replay' and link is not null then 'reloads' end,
  case when link in ('replays', 'reloads') or origin = 'replay' then linked_to end, landed_at, seen_at,
  accepted, run_id
from landfall.file where file_id = $1
returning *

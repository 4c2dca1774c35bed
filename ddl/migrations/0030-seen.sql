-- When the content of a file was first seen: a file that is loaded again, or whose rejects are, keeps the time of the
-- file that it comes from. So what a dataset shows of first seen and last changed stays the same after undo and replay.
alter table landfall.file add column seen_at timestamptz not null default now();

with recursive origin as (
  select file_id, link, linked_to, landed_at from landfall.file
  union all
  select o.file_id, f.link, f.linked_to, f.landed_at
  from origin o join landfall.file f on f.file_id = o.linked_to where o.link in ('reloads', 'replays')
)
update landfall.file f set seen_at = o.landed_at
from (select file_id, min(landed_at) as landed_at from origin group by file_id) o where o.file_id = f.file_id;

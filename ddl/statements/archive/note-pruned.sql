-- Gives up the objects of files, of all files that have the same one. Leaves out those that are needed now, and those
-- that a replay holds.
-- $1 file_id  integer[]
-- $2 before  timestamptz
-- $3 lock  integer   first key of the locks of replays
-- row file_id  integer
-- row url  text
with free as materialized (
  select f.url from landfall.file f
  where f.file_id = any($1::integer[]) and f.pruned_at is null and pg_try_advisory_xact_lock($3, f.file_id)
    and landfall.why_kept(f.file_id, f.url, $2) is null
)
update landfall.file f set pruned_at = now(), pruning = true
from (select distinct url from free) free
where hashtext(f.url) = hashtext(free.url) and f.url = free.url and f.pruned_at is null
returning f.file_id, f.url

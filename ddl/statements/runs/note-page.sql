-- Moves the position of a run that has noted a page, or has found nothing to note.
-- $1 run_id  integer
-- $2 position  jsonb
-- $3 pages  integer   0 or 1
-- $4 bytes  bigint   of the page
update landfall.run
set position = $2, pages = pages + $3, bytes = bytes + $4, attempts = 0, waits_since = null, error = null
where run_id = $1

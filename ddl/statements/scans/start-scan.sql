-- Moves a file on to scanning and keeps its layout.
-- $1 file_id  integer
-- $2 definition_version  text
-- $3 layout  jsonb
update landfall.file
set state = 'scanning', definition_version = $2, layout = $3, started_at = coalesce(started_at, now())
where file_id = $1 and state in ('discovered', 'scanning') and error is null

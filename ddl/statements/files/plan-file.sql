-- Moves a file on to loading: its content hash, its layout and the number of its chunks.
-- $1 file_id  integer
-- $2 content_hash  text
-- $3 definition_version  text
-- $4 layout  jsonb
-- $5 chunks  integer
update landfall.file
set state = 'loading', content_hash = $2, definition_version = $3, layout = $4, chunks = $5,
    started_at = coalesce(started_at, now())
where file_id = $1

-- Ends loaded files as undone. They keep their receipts, which say so.
-- $1 file_id  integer[]
-- $2 undone  jsonb   {at, reason}
update landfall.file
set state = 'undone', receipt = receipt || jsonb_build_object('undone', $2::jsonb), finished_at = now(),
    unswept = true, chunks_committed = 0, bytes_committed = 0, parts = 0,
    rows_parsed = 0, rows_loaded = 0, rows_rejected = 0, rows_deduplicated = 0
where file_id = any($1::integer[])

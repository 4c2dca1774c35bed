-- Marks the committed chunks of a file that fails as failed. How many rows they rejected stays on record.
-- $1 file_id  integer
update landfall.chunk
set state = 'failed', rows_loaded = 0, rows_deduplicated = 0, parts = 0, accounts = '{}'
where file_id = $1 and state = 'committed'

-- Marks the chunks of files as undone.
-- $1 file_id  integer[]
update landfall.chunk
set state = 'undone', rows_parsed = 0, rows_loaded = 0, rows_rejected = 0, rows_deduplicated = 0, parts = 0,
    accounts = '{}'
where file_id = any($1::integer[]) and state = 'committed'

-- set-file-state.sql for files that are done and have one committed chunk each. Returns those that it has
-- ended; a file that has ended otherwise meanwhile is left as it is.
-- `|| ''`: see lock-group.sql.
-- $1 file_id  integer[]
-- $2 receipt  text[]   JSON
-- row file_id  integer
update landfall.file f
set state = 'done', receipt = n.receipt::jsonb, finished_at = now(), chunks_committed = 1,
    bytes_committed = c.byte_end - c.byte_start, parts = c.parts, rows_parsed = c.rows_parsed,
    rows_loaded = c.rows_loaded, rows_rejected = c.rows_rejected, rows_deduplicated = c.rows_deduplicated
from unnest($1::integer[], $2::text[]) as n (file_id, receipt), landfall.chunk c
where f.file_id = n.file_id and c.file_id = f.file_id and f.state || '' = 'loading' and f.error is null and f.chunks = 1
  and c.state = 'committed'
returning f.file_id

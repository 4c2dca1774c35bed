-- set-file-state.sql for files that are done and have one committed chunk each. Returns those that it has
-- ended; a file that has ended otherwise meanwhile is left as it is.
-- `|| ''`: see lock-group.sql.
-- $1 file_id  integer[]
-- $2 receipt  text[]   JSON
-- $3 common_id  uuid[] with nulls
-- $4 common  text[] with nulls   JSON: what the file has in common with others
-- row file_id  integer
with noted as (
  insert into landfall.common (common_id, value)
  select distinct on (n.id) n.id, n.value::jsonb from unnest($3::uuid[], $4::text[]) as n (id, value)
  where n.id is not null order by n.id
  on conflict do nothing
)
update landfall.file f
set state = 'done', receipt = n.receipt::jsonb, common_id = n.common_id,
    layout = case when n.common_id is null then f.layout end, finished_at = now(), chunks_committed = 1,
    bytes_committed = c.byte_end - c.byte_start, parts = c.parts, rows_parsed = c.rows_parsed,
    rows_loaded = c.rows_loaded, rows_rejected = c.rows_rejected, rows_deduplicated = c.rows_deduplicated
from unnest($1::integer[], $2::text[], $3::uuid[]) as n (file_id, receipt, common_id), landfall.chunk c
where f.file_id = n.file_id and c.file_id = f.file_id and f.state || '' = 'loading' and f.error is null and f.chunks = 1
  and c.state = 'committed'
returning f.file_id

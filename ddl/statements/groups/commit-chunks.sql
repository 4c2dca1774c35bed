-- commit-chunk.sql for many chunks.
-- `|| ''`: see lock-group.sql.
-- $1 chunk_id  integer[]
-- $2 file_id  integer[]
-- $3 fencing_token  integer[]
-- $4 rows_parsed  bigint[]
-- $5 rows_loaded  bigint[]
-- $6 rows_rejected  bigint[]
-- $7 rows_deduplicated  bigint[]
-- $8 accounts  jsonb[]
-- $9 parts  integer[]
with loading as (
  select file_id from landfall.file
  where file_id = any($2) and state || '' = 'loading' and error is null
  order by file_id for share
)
update landfall.chunk c
set state = 'committed', rows_parsed = n.parsed, rows_loaded = n.loaded, rows_rejected = n.rejected,
    rows_deduplicated = n.deduplicated, accounts = n.accounts, parts = n.parts, committed_at = now(), error = null
from loading, unnest($1::integer[], $2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[],
  $7::bigint[], $8::jsonb[], $9::integer[])
  as n (chunk_id, file_id, fencing_token, parsed, loaded, rejected, deduplicated, accounts, parts)
where c.chunk_id = n.chunk_id and n.file_id = loading.file_id and c.fencing_token = n.fencing_token and c.state = 'planned'

-- Commits a planned chunk, but only for the holder of the latest fencing token, and only while its file is
-- being loaded. The file's row is locked so that the file cannot fail before the transaction ends.
-- $1 chunk_id  integer
-- $2 file_id  integer
-- $3 fencing_token  integer
-- $4 rows_parsed  bigint
-- $5 rows_loaded  bigint
-- $6 rows_rejected  bigint
-- $7 rows_deduplicated  bigint
-- $8 accounts  jsonb
-- $9 parts  integer
with loading as (
  select file_id from landfall.file where file_id = $2 and state = 'loading' and error is null for share
)
update landfall.chunk c
set state = 'committed', rows_parsed = $4, rows_loaded = $5, rows_rejected = $6, rows_deduplicated = $7,
    accounts = $8, parts = $9, committed_at = clock_timestamp(), error = null
from loading
where c.chunk_id = $1 and c.file_id = loading.file_id and c.fencing_token = $3 and c.state = 'planned'

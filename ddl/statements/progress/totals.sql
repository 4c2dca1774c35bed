-- Sums over all files except these. The `case` keeps the server from adding up the chunks of files that have ended.
-- $1 file_id  integer[]   not these
-- row files  bigint
-- row files_done  bigint
-- row files_failed  bigint
-- row bytes  bigint
-- row bytes_committed  bigint
-- row rows_parsed  bigint
-- row rows_loaded  bigint
-- row rows_rejected  bigint
-- row rows_deduplicated  bigint
select
  count(*) as files,
  count(*) filter (where f.state = 'done') as files_done,
  count(*) filter (where f.state = 'failed') as files_failed,
  coalesce(sum(f.bytes), 0)::bigint as bytes,
  coalesce(sum(coalesce(c.bytes_committed, f.bytes_committed)), 0)::bigint as bytes_committed,
  coalesce(sum(coalesce(c.rows_parsed, f.rows_parsed)), 0)::bigint as rows_parsed,
  coalesce(sum(coalesce(c.rows_loaded, f.rows_loaded)), 0)::bigint as rows_loaded,
  coalesce(sum(coalesce(c.rows_rejected, f.rows_rejected)), 0)::bigint as rows_rejected,
  coalesce(sum(coalesce(c.rows_deduplicated, f.rows_deduplicated)), 0)::bigint as rows_deduplicated
from landfall.file f
left join lateral landfall.committed_sums(case when f.state in ('loading', 'finalising') then f.file_id end) c
  on f.state in ('loading', 'finalising')
where f.file_id <> all($1)

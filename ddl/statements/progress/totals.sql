-- Sums over all files except these: those that have ended are in the tally, and those in flight are few.
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
with ended as (
  select sum(files) as files, sum(done) as done, sum(failed) as failed, sum(bytes) as bytes,
    sum(bytes_committed) as bytes_committed, sum(rows_parsed) as rows_parsed, sum(rows_loaded) as rows_loaded,
    sum(rows_rejected) as rows_rejected, sum(rows_deduplicated) as rows_deduplicated
  from landfall.tally
  union all
  select -count(*), -count(*) filter (where f.state = 'done'), -count(*) filter (where f.state = 'failed'), -sum(f.bytes),
    -sum(f.bytes_committed), -sum(f.rows_parsed), -sum(f.rows_loaded), -sum(f.rows_rejected), -sum(f.rows_deduplicated)
  from landfall.file f where f.file_id = any($1) and f.state in ('done', 'failed', 'duplicate', 'undone')
  union all
  select count(*), 0, 0, sum(f.bytes), sum(c.bytes_committed), sum(c.rows_parsed), sum(c.rows_loaded),
    sum(c.rows_rejected), sum(c.rows_deduplicated)
  from landfall.file f cross join lateral landfall.committed_sums(f.file_id) c
  where f.state in ('discovered', 'scanning', 'loading', 'finalising') and f.file_id <> all($1)
)
select
  coalesce(sum(files), 0)::bigint as files,
  coalesce(sum(done), 0)::bigint as files_done,
  coalesce(sum(failed), 0)::bigint as files_failed,
  coalesce(sum(bytes), 0)::bigint as bytes,
  coalesce(sum(bytes_committed), 0)::bigint as bytes_committed,
  coalesce(sum(rows_parsed), 0)::bigint as rows_parsed,
  coalesce(sum(rows_loaded), 0)::bigint as rows_loaded,
  coalesce(sum(rows_rejected), 0)::bigint as rows_rejected,
  coalesce(sum(rows_deduplicated), 0)::bigint as rows_deduplicated
from ended

-- What was loaded on each day in UTC, by the end of its file, without days on which nothing was.
-- $1 dataset  text
-- $2 since  timestamptz
-- row day  text   2018-05-01
-- row files  bigint
-- row failed  bigint   files
-- row rows  bigint
-- row rejected  bigint   rows
-- row bytes  bigint
select
  to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD') as day,
  count(*) filter (where state = 'done') as files,
  count(*) filter (where state = 'failed') as failed,
  coalesce(sum(rows_loaded) filter (where state = 'done'), 0)::bigint as rows,
  coalesce(sum(rows_rejected) filter (where state = 'done'), 0)::bigint as rejected,
  coalesce(sum(bytes) filter (where state = 'done'), 0)::bigint as bytes
from landfall.file
where dataset = $1 and finished_at >= $2 and state in ('done', 'failed')
group by 1
order by 1

-- Files of a dataset that landed since a time, newest first: what is judged by time and by volume. A file that is
-- loaded again landed when it first did, and one that a run fetched counts as landed when the run's window ended, so
-- that a backfill brings files of its windows, not of today. Leaves out those that another file has taken the place of.
-- $1 dataset  text
-- $2 since  timestamptz
-- $3 most  bigint
-- row file_id  integer
-- row name  text
-- row state  file.state
-- row link  file.link
-- row landed_at  timestamptz not null
-- row rows  bigint
select f.file_id, f.name, f.state, f.link,
  coalesce(r.window_to, f.seen_at) as landed_at,
  f.rows_parsed as rows
from landfall.file f left join landfall.file o on o.file_id = f.linked_to
left join landfall.run r on r.run_id = coalesce(f.run_id, case when f.link = 'reloads' then o.run_id end)
where f.dataset = $1 and f.landed_at >= $2 and f.state <> 'duplicate'
  and not (f.state in ('failed', 'undone') and exists (
    select from landfall.file l
    where l.linked_to = f.file_id and l.link in ('reloads', 'replaces') and l.state = 'done'))
order by f.file_id desc
limit $3

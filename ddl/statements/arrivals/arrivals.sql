-- Files of a dataset that landed since a time, newest first: what is judged by time and by volume. A file that is
-- loaded again landed when it first did. Leaves out those that another file has taken the place of.
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
  case when f.link = 'reloads' then coalesce(o.landed_at, f.landed_at) else f.landed_at end as landed_at,
  f.rows_parsed as rows
from landfall.file f left join landfall.file o on o.file_id = f.linked_to
where f.dataset = $1 and f.landed_at >= $2 and f.state <> 'duplicate'
  and not (f.state in ('failed', 'undone') and exists (
    select from landfall.file r
    where r.linked_to = f.file_id and r.link in ('reloads', 'replaces') and r.state = 'done'))
order by f.file_id desc
limit $3

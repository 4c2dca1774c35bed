-- Those of the table marts that do not show that a file is done or undone, and when the first such file was.
-- $1 datasets  text[]
-- $2 names  text[]   one of each of them
-- row dataset  text
-- row name  text
-- row since  timestamptz not null
select w.dataset, w.name, min(f.finished_at) as since
from unnest($1::text[], $2::text[]) as w (dataset, name)
left join landfall.mart m using (dataset, name)
join landfall.file f on f.dataset = w.dataset and f.state in ('done', 'undone')
  and f.finished_at > coalesce(m.refreshed_at, '-infinity')
group by w.dataset, w.name
order by w.dataset, w.name

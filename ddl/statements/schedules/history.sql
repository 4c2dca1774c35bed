-- What the schedules of sources have been, oldest first.
-- $1 dataset  text[]
-- $2 source  text[]   as many
-- row dataset  text
-- row source  text
-- row since  timestamptz
-- row schedule  jsonb null
select e.dataset, e.source, e.since, e.schedule
from unnest($1::text[], $2::text[]) wanted (dataset, source)
join landfall.schedule e using (dataset, source)
order by e.dataset, e.source, e.since

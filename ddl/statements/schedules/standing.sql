-- Where the live runs of sources stand.
-- $1 dataset  text[]
-- $2 source  text[]   as many
-- row dataset  text
-- row source  text
-- row now  timestamptz   on the server's clock
-- row planned  timestamptz null   end of the last window that has a run, other than one that a person asked for and that failed
-- row waiting  integer   live runs that have not ended
select wanted.dataset, wanted.source, clock_timestamp() as now,
  (select max(r.window_to) from landfall.run r
    where r.dataset = wanted.dataset and r.source = wanted.source and r.kind <> 'backfill'
      and not (r.kind = 'manual' and r.state = 'failed')) as planned,
  (select count(*)::integer from landfall.run r
    where r.dataset = wanted.dataset and r.source = wanted.source and r.kind <> 'backfill'
      and r.state in ('planned', 'running')) as waiting
from unnest($1::text[], $2::text[]) wanted (dataset, source)

-- The newest run of a source that has ended, and of those that have not the one that is running or comes first; with how
-- many have not.
-- $1 dataset  text
-- $2 source  text
-- row run_id  integer not null
-- row waiting  integer not null
(select r.run_id, 0 as waiting from landfall.run r
 where r.dataset = $1 and r.source = $2 and r.state in ('done', 'failed')
 order by r.ended_at desc, r.run_id desc limit 1)
union all
(select r.run_id, (count(*) over ())::integer from landfall.run r
 where r.dataset = $1 and r.source = $2 and r.state in ('planned', 'running')
 order by r.state = 'running' desc, r.kind = 'backfill', r.window_from nulls first, r.run_id limit 1)

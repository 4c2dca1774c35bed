-- Runs that have not ended: of each source those that come first, live before backfill.
-- $1 most  bigint   of a source and class
-- row run.*
select r.* from (
  select u.*, row_number() over (
    partition by u.dataset, u.source, u.kind = 'backfill'
    order by u.state = 'running' desc, u.window_from nulls first, u.run_id) as place
  from landfall.run u where u.state in ('planned', 'running')
) p join landfall.run r using (run_id)
where p.place <= $1
order by r.kind = 'backfill', p.place

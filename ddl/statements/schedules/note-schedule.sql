-- Notes the schedule of a source if it has changed. It is in force from now on, to the millisecond.
-- $1 dataset  text
-- $2 source  text
-- $3 schedule  jsonb null   null: it has none
with latest as (
  select e.since, e.schedule from landfall.schedule e
  where e.dataset = $1 and e.source = $2 order by e.since desc limit 1
)
insert into landfall.schedule (dataset, source, since, schedule)
select $1, $2,
  greatest(date_trunc('milliseconds', clock_timestamp()), (select since from latest) + interval '1 millisecond'), $3
where (select schedule from latest) is distinct from $3::jsonb

-- Sources that have a schedule.
-- row dataset  text
-- row source  text
select e.dataset, e.source
from (select distinct on (dataset, source) * from landfall.schedule order by dataset, source, since desc) e
where e.schedule is not null
order by 1, 2

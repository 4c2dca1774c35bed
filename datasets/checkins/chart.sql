-- Hours by project and month
select month, project, cast(hours as double precision) as hours
from star.hours_by_project_and_month
join (
  select project, sum(hours) as all_hours
  from star.hours_by_project_and_month group by project order by all_hours desc limit 5
) as most using (project)
order by month, all_hours desc

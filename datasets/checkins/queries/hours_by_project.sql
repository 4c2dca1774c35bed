-- Hours of each project, most first.
-- :limit  how many projects
select project, sum(hours) as hours, cast(sum(checkins) as bigint) as checkins, min(month) as first_month, max(month) as last_month
from star.hours_by_project_and_month
group by project
order by hours desc, project
limit :limit

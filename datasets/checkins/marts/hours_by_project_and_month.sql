-- Hours per project and month; months are named by their first day.
select project.name as project, summed.month, summed.hours, summed.checkins
from star.hours_of_month as summed
join star.dim_project as project using (project_key)

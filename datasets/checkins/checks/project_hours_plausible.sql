-- A project's entries are of plausible length: not longer than a working day on average.
select project.name as project, sum(fact.hours) as hours, round(avg(fact.hours), 2) as hours_per_entry
from star.fact_checkin as fact
join star.dim_project as project using (project_key)
where {touched(fact.project_key)}
group by 1
having avg(fact.hours) > 8
order by hours_per_entry desc, project

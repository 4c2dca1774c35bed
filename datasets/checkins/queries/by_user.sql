-- Check-ins of a user, latest first.
-- :user  the name
-- :from :to  the first day and the last
-- :page :size  the page, from 1, and how many check-ins it has
select fact.timestamp, fact.hours, project.name as project
from star.fact_checkin as fact
join star.dim_person as person using (person_key)
join star.dim_project as project using (project_key)
where person.name = :user
  and fact.timestamp >= cast(:from as date) at time zone 'UTC'
  and fact.timestamp < (cast(:to as date) + 1) at time zone 'UTC'
order by fact.timestamp desc, project.name, fact.hours
limit :size offset (:page - 1) * :size

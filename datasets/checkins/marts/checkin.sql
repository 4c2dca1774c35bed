-- Check-ins as one reads them: names instead of keys. Times are UTC.
select
  person.name as user_name,
  fact.timestamp,
  dim_date.date,
  fact.hours,
  project.name as project,
  fact.created_at,
  fact.modified_at,
  fact.chunk_id
from star.fact_checkin as fact
join star.dim_person as person using (person_key)
join star.dim_project as project using (project_key)
join star.dim_date as dim_date using (date_key)

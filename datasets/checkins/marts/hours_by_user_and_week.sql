-- Hours per user and week; weeks begin on Monday and are named by it.
select person.name as user_name, summed.week, summed.hours, summed.checkins
from star.hours_of_week as summed
join star.dim_person as person using (person_key)

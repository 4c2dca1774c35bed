-- No entry has more hours than a day, or fewer than none.
select person.name as user_name, fact.timestamp, fact.hours
from {facts} as fact
join star.dim_person as person using (person_key)
where fact.hours > 24 or fact.hours < 0
order by fact.hours desc, user_name

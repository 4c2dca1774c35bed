-- No user has more than 24 hours on a day.
select person.name as user_name, dim_date.date, sum(fact.hours) as hours
from star.fact_checkin as fact
join star.dim_person as person using (person_key)
join star.dim_date as dim_date using (date_key)
where {touched(fact.person_key, fact.date_key)}
group by 1, 2
having sum(fact.hours) > 24
order by hours desc, user_name, date

-- Rides of each day that has any.
-- :from :to  days, both included
select dim_date.date, count(*) as rides
from star.fact_ride
join star.dim_date as dim_date using (date_key)
where dim_date.date between cast(:from as date) and cast(:to as date)
group by dim_date.date
order by dim_date.date

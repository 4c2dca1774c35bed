-- Hours of the day (New York) with the most rides.
-- :limit  how many hours
select
  hour,
  count(*) as rides,
  count(*) filter (where day_of_week <= 5) as on_work_days,
  count(*) filter (where day_of_week > 5) as on_weekends
from star.fact_ride
group by hour
order by rides desc, hour
limit :limit

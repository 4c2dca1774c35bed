-- Trips per week
select week, region, cast(trips as integer) as trips
from star.trips_per_week
join (
  select region, sum(trips) as all_trips from star.trips_per_week group by region order by all_trips desc limit 4
) as most using (region)
order by week, all_trips desc

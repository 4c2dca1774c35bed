-- The routes ridden most.
-- :limit  how many routes
select
  start_station,
  end_station,
  rides,
  round(cast(median_minutes as numeric), 1) as median_minutes,
  round(cast(distance_km as numeric), 2) as distance_km
from star.popular_route
order by rides desc, start_station, end_station
limit :limit

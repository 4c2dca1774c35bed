-- Trips per week and region, on average over the weeks from its first trip to its last, those without
-- a trip included.
select
  region,
  cast(sum(trips) as bigint) as trips,
  min(week) as first_week,
  max(week) as last_week,
  (max(week) - min(week)) / 7 + 1 as weeks,
  round(sum(trips) / ((max(week) - min(week)) / 7 + 1), 2) as trips_per_week
from star.trips_per_week
group by region

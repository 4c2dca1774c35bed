-- Average rides per week that begin in a box, over the weeks from the first of them to the last. The
-- box is widened to whole cells of 0.01 degrees.
-- :west :south :east :north  degrees
with weekly as (
  select dim_date.week_start as week, count(*) as trips
  from star.fact_trip
  join star.dim_date as dim_date using (date_key)
  where origin_cell % 36000
      between floor((cast(:west as float8) + 180) / 0.01) and floor((cast(:east as float8) + 180) / 0.01)
    and origin_cell / 36000
      between floor((cast(:south as float8) + 90) / 0.01) and floor((cast(:north as float8) + 90) / 0.01)
  group by 1
), span as (
  select
    cast(coalesce(sum(trips), 0) as bigint) as trips,
    coalesce((max(week) - min(week)) / 7 + 1, 0) as weeks
  from weekly
)
select trips, weeks, round(cast(trips as numeric) / greatest(weeks, 1), 2) as trips_per_week
from span

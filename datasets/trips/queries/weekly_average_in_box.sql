-- Average rides per week that begin in a box, over the weeks from the first of them to the last. The
-- box is widened to whole cells of 0.01 degrees.
-- :west :south :east :north  degrees
with box as (
  select
    cast(floor((least(greatest(cast(:west as float8), -181), 181) + 180) / 0.01) as integer) as west,
    cast(floor((least(greatest(cast(:east as float8), -181), 181) + 180) / 0.01) as integer) as east,
    cast(floor((least(greatest(cast(:south as float8), -91), 91) + 90) / 0.01) as integer) as south,
    cast(floor((least(greatest(cast(:north as float8), -91), 91) + 90) / 0.01) as integer) as north
), inside as (
  select
    cast(coalesce(sum(trips), 0) as bigint) as trips,
    date_trunc('week', min(first) at time zone 'UTC') as first_week,
    date_trunc('week', max(last) at time zone 'UTC') as last_week
  from star.trips_of_cell
  cross join box
  where origin_cell between south * 36000 and north * 36000 + 35999
    and origin_cell % 36000 between west and east
), span as (
  select trips, coalesce((cast(last_week as date) - cast(first_week as date)) / 7 + 1, 0) as weeks
  from inside
)
select trips, weeks, round(cast(trips as numeric) / greatest(weeks, 1), 2) as trips_per_week
from span

-- Trips that are alike: same cells of origin and destination (about 1 km) and same time of day.
-- The cells' middles are in degrees, for a map.
select
  region.name as region,
  (array['night', 'morning', 'afternoon', 'evening'])[1 + grouped.quarter] as time_of_day,
  grouped.origin_cell,
  grouped.destination_cell,
  -180 + (grouped.origin_cell % 36000 + 0.5) * 0.01 as origin_lon,
  -90 + (grouped.origin_cell / 36000 + 0.5) * 0.01 as origin_lat,
  -180 + (grouped.destination_cell % 36000 + 0.5) * 0.01 as destination_lon,
  -90 + (grouped.destination_cell / 36000 + 0.5) * 0.01 as destination_lat,
  grouped.trips
from (
  select
    region_key,
    origin_cell,
    destination_cell,
    cast(extract(hour from datetime at time zone 'UTC') as integer) / 6 as quarter,
    count(*) as trips
  from star.fact_trip
  group by 1, 2, 3, 4
) as grouped
join star.dim_region as region using (region_key)

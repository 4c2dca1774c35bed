-- Trips that are alike: same areas of origin and destination (0.05 degrees, about 5 km) and same time of day. The areas'
-- middles are in degrees, for a map.
select
  region.name as region,
  (array['night', 'morning', 'afternoon', 'evening'])[1 + grouped.quarter] as time_of_day,
  grouped.origin_area,
  grouped.destination_area,
  -180 + (grouped.origin_area % 7200 + 0.5) * 0.05 as origin_lon,
  -90 + (grouped.origin_area / 7200 + 0.5) * 0.05 as origin_lat,
  -180 + (grouped.destination_area % 7200 + 0.5) * 0.05 as destination_lon,
  -90 + (grouped.destination_area / 7200 + 0.5) * 0.05 as destination_lat,
  grouped.trips
from star.trips_of_areas as grouped
join star.dim_region as region using (region_key)

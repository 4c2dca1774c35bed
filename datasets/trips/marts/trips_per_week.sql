-- Trips per region and week; weeks begin on Monday and are named by it.
select region.name as region, counted.week, counted.trips
from star.trips_of_week as counted
join star.dim_region as region using (region_key)

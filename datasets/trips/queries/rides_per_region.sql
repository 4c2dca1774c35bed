-- Rides of each region, most first.
select region.name as region, counted.rides,
  round(100.0 * counted.rides / sum(counted.rides) over (), 1) as percent
from (
  select region_key, cast(sum(trips) as bigint) as rides
  from star.trips_of_datasource
  group by region_key
) as counted
join star.dim_region as region using (region_key)
order by counted.rides desc, region.name

-- Rides of each region, most first.
select region.name as region, counted.rides,
  round(100.0 * counted.rides / sum(counted.rides) over (), 1) as percent
from (select region_key, count(*) as rides from star.fact_trip group by region_key) as counted
join star.dim_region as region using (region_key)
order by counted.rides desc, region.name

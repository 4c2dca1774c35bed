-- The datasource that reported last, in each of the regions with the most rides.
-- :limit  how many regions
with busiest as (
  select region_key, cast(sum(trips) as bigint) as rides
  from star.trips_of_datasource
  group by region_key
  order by rides desc, region_key
  limit :limit
), latest as (
  select distinct on (region_key) region_key, busiest.rides, datasource_key, latest as datetime
  from star.trips_of_datasource
  join busiest using (region_key)
  order by region_key, latest desc, datasource_key
)
select region.name as region, latest.rides, datasource.name as datasource, latest.datetime
from latest
join star.dim_region as region using (region_key)
join star.dim_datasource as datasource using (datasource_key)
order by latest.rides desc, region.name

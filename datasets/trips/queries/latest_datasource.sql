-- The datasource that reported last, in each of the regions with the most rides.
-- :limit  how many regions
with busiest as (
  select region_key, count(*) as rides
  from star.fact_trip
  group by region_key
  order by rides desc, region_key
  limit :limit
), latest as (
  select distinct on (fact.region_key) fact.region_key, busiest.rides, fact.datasource_key, fact.datetime
  from star.fact_trip as fact
  join busiest using (region_key)
  order by fact.region_key, fact.datetime desc, fact.datasource_key
)
select region.name as region, latest.rides, datasource.name as datasource, latest.datetime
from latest
join star.dim_region as region using (region_key)
join star.dim_datasource as datasource using (datasource_key)
order by latest.rides desc, region.name

-- Regions in which a datasource has reported rides.
-- :datasource  its name
select region.name as region, count(*) as rides
from star.fact_trip as fact
join star.dim_region as region using (region_key)
join star.dim_datasource as datasource using (datasource_key)
where datasource.name = :datasource
group by region.name
order by rides desc, region.name

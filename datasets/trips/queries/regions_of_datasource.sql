-- Regions in which a datasource has reported rides.
-- :datasource  its name
select region.name as region, counted.trips as rides
from star.trips_of_datasource as counted
join star.dim_region as region using (region_key)
join star.dim_datasource as datasource using (datasource_key)
where datasource.name = :datasource
order by rides desc, region.name

-- The commonest groups of trips with the same areas of 0.05 degrees and time of day.
-- :region  one region, or '' for all
-- :time_of_day  night, morning, afternoon or evening, or '' for all
-- :limit  how many groups
select region, time_of_day, origin_lon, origin_lat, destination_lon, destination_lat, trips
from star.area_group
where (:region = '' or region = :region) and (:time_of_day = '' or time_of_day = :time_of_day)
order by trips desc, region, time_of_day, origin_area, destination_area
limit :limit

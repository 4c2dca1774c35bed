-- The commonest groups of trips with the same cells and time of day.
-- :region  one region, or '' for all
-- :time_of_day  night, morning, afternoon or evening, or '' for all
-- :limit  how many groups
select region, time_of_day, origin_lon, origin_lat, destination_lon, destination_lat, trips
from star.trip_group
where (:region = '' or region = :region) and (:time_of_day = '' or time_of_day = :time_of_day)
order by trips desc, region, time_of_day, origin_cell, destination_cell
limit :limit

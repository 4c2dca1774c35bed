-- Rides that begin and end at a station, by hour of the day (New York).
-- :station  its name
select hour, rides_started, rides_ended
from star.station_hour
where station = :station
order by hour

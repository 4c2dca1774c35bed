-- Hours of the day (UTC) with the most rides.
-- :limit  how many hours
select cast(hour as integer) as hour, cast(sum(trips) as bigint) as rides
from star.trips_of_hour
group by hour
order by rides desc, hour
limit :limit

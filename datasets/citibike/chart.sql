-- Rides that begin and end, by hour of the day (New York)
select hour, kind, cast(rides as integer) as rides
from (
  select hour, 'begin' as kind, sum(rides_started) as rides from star.station_hour group by hour
  union all
  select hour, 'end', sum(rides_ended) from star.station_hour group by hour
) as hours
order by hour, kind

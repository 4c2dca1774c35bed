-- Rides as one reads them: names instead of keys, stations as they were called on the day of the ride. started_at and
-- ended_at are instants; hour, date and day_of_week are New York's.
select
  fact.started_at,
  fact.ended_at,
  dim_date.date,
  fact.hour,
  fact.end_hour,
  fact.day_of_week,
  start_station.name as start_station,
  end_station.name as end_station,
  bike.bike_id,
  user_type.name as user_type,
  (array['unknown', 'male', 'female'])[1 + fact.gender] as gender,
  fact.birth_year,
  cast(extract(year from dim_date.date) as integer) - fact.birth_year as age,
  fact.duration_seconds,
  fact.distance_km,
  fact.started_ambiguous,
  fact.ended_ambiguous,
  fact.chunk_id
from star.fact_ride as fact
join star.dim_bike as bike using (bike_key)
join star.dim_user_type as user_type using (user_type_key)
join star.dim_date as dim_date using (date_key)
left join star.dim_station_history as start_station
  on start_station.station_key = fact.start_station_key
  and dim_date.date >= start_station.valid_from
  and (start_station.valid_to is null or dim_date.date < start_station.valid_to)
left join star.dim_station_history as end_station
  on end_station.station_key = fact.end_station_key
  and dim_date.date >= end_station.valid_from
  and (end_station.valid_to is null or dim_date.date < end_station.valid_to)

-- What bike rides should become, computed by DuckDB from the CSV alone.
-- Variable csv_path: one file in any of the three dialects of 15 fields.
-- New York's offset follows from the law of 2007 (second Sunday of March, first of November, at 2:00),
-- not from a table of zones. A time that happened twice is the earlier; one that was skipped is read
-- with the offset before the gap. Kilometres are rounded to six digits: sines differ in the last bit.
-- Rounded degrees go up at a half, 40.7111305 to 40.711131, which DuckDB's own round leaves to chance.
with raw as (
  select
    cast(nullif(duration, 'NULL') as integer) as trip_duration,
    coalesce(
      try_strptime(started, '%Y-%m-%d %H:%M:%S'),
      try_strptime(started, '%m/%d/%Y %H:%M'),
      strptime(started, '%m/%d/%Y %H:%M:%S')
    ) as local_start,
    coalesce(
      try_strptime(ended, '%Y-%m-%d %H:%M:%S'),
      try_strptime(ended, '%m/%d/%Y %H:%M'),
      strptime(ended, '%m/%d/%Y %H:%M:%S')
    ) as local_end,
    nullif(start_id, 'NULL') as start_station_id,
    nullif(start_name, 'NULL') as start_station_name,
    cast(nullif(start_lat, 'NULL') as double) as start_station_latitude,
    cast(nullif(start_lon, 'NULL') as double) as start_station_longitude,
    nullif(end_id, 'NULL') as end_station_id,
    nullif(end_name, 'NULL') as end_station_name,
    cast(nullif(end_lat, 'NULL') as double) as end_station_latitude,
    cast(nullif(end_lon, 'NULL') as double) as end_station_longitude,
    cast(nullif(bike, 'NULL') as integer) as bike_id,
    nullif(rider, 'NULL') as user_type,
    cast(cast(nullif(born, 'NULL') as double) as integer) as birth_year,
    cast(nullif(sex, 'NULL') as integer) as gender
  from read_csv(
    getvariable('csv_path'),
    header = false, skip = 1, delim = ',', quote = '"', all_varchar = true, nullstr = '',
    names = [
      'duration', 'started', 'ended', 'start_id', 'start_name', 'start_lat', 'start_lon',
      'end_id', 'end_name', 'end_lat', 'end_lon', 'bike', 'rider', 'born', 'sex'
    ]
  )
), changes as (
  select
    *,
    make_date(year(local_start), 3, 8) + cast((7 - dayofweek(make_date(year(local_start), 3, 8))) % 7 as integer)
      + interval 2 hour as start_forward,
    make_date(year(local_start), 11, 1) + cast((7 - dayofweek(make_date(year(local_start), 11, 1))) % 7 as integer)
      + interval 2 hour as start_back,
    make_date(year(local_end), 3, 8) + cast((7 - dayofweek(make_date(year(local_end), 3, 8))) % 7 as integer)
      + interval 2 hour as end_forward,
    make_date(year(local_end), 11, 1) + cast((7 - dayofweek(make_date(year(local_end), 11, 1))) % 7 as integer)
      + interval 2 hour as end_back
  from raw
), instants as (
  select
    *,
    local_start + case
      when local_start >= start_forward + interval 1 hour and local_start < start_back then interval 4 hour
      else interval 5 hour
    end as started_at,
    local_end + case
      when local_end >= end_forward + interval 1 hour and local_end < end_back then interval 4 hour
      else interval 5 hour
    end as ended_at,
    local_start >= start_back - interval 1 hour and local_start < start_back as started_ambiguous,
    local_end >= end_back - interval 1 hour and local_end < end_back as ended_ambiguous
  from changes
)
select
  trip_duration,
  started_at,
  ended_at,
  start_station_id,
  start_station_name,
  start_station_latitude,
  start_station_longitude,
  end_station_id,
  end_station_name,
  end_station_latitude,
  end_station_longitude,
  bike_id,
  user_type,
  gender,
  cast(year(local_start) as integer) as year,
  cast(month(local_start) as integer) as month,
  cast(day(local_start) as integer) as day,
  cast(local_start as date) as started_on,
  cast(hour(local_start) as integer) as hour,
  cast(hour(local_end) as integer) as end_hour,
  cast(isodow(local_start) as integer) as day_of_week,
  case
    when hour(local_start) < 6 then 'night'
    when hour(local_start) < 12 then 'morning'
    when hour(local_start) < 18 then 'afternoon'
    else 'evening'
  end as time_of_day,
  started_ambiguous,
  ended_ambiguous,
  trip_duration as duration_seconds,
  trip_duration / 60 as duration_minutes,
  round(
    2 * 6371.0088 * asin(sqrt(
      sin(radians(end_station_latitude - start_station_latitude) / 2) ** 2
      + cos(radians(start_station_latitude)) * cos(radians(end_station_latitude))
        * sin(radians(end_station_longitude - start_station_longitude) / 2) ** 2
    )),
    6
  ) as distance_km,
  birth_year,
  cast(year(local_start) as integer) - birth_year as age,
  case gender when 0 then 'unknown' when 1 then 'male' when 2 then 'female' end as gender_name,
  floor(start_station_latitude * 1e6 + 0.5) / 1e6 as start_latitude,
  floor(start_station_longitude * 1e6 + 0.5) / 1e6 as start_longitude,
  floor(end_station_latitude * 1e6 + 0.5) / 1e6 as end_latitude,
  floor(end_station_longitude * 1e6 + 0.5) / 1e6 as end_longitude
from instants

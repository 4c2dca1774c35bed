-- What stations were called and where they were, computed by DuckDB from table `expected`, which has rides of
-- citibike.sql: one row for each run of days on which a station is the same. No station is two things on one day.
with seen as (
  select start_station_id as station_id, started_on as day, start_station_name as station,
    start_latitude as latitude, start_longitude as longitude, count(*) as rides
  from expected group by all
  union all
  select end_station_id, started_on, end_station_name, end_latitude, end_longitude, 0
  from expected group by all
), days as (
  select station_id, day, station, latitude, longitude, cast(sum(rides) as bigint) as rides
  from seen where station_id is not null group by all
), begins as (
  select *, lag((station, latitude, longitude)) over of_station is distinct from (station, latitude, longitude) as begins
  from days window of_station as (partition by station_id order by day)
), numbered as (
  select *, count(*) filter (begins) over (partition by station_id order by day) as version from begins
), versions as (
  select station_id, version, station, latitude, longitude, min(day) as valid_from, sum(rides) as rides_started
  from numbered group by all
)
select
  station_id,
  station,
  latitude,
  longitude,
  valid_from,
  lead(valid_from) over of_station as valid_to,
  -- By the cosine rule for short ways.
  cast(round(sqrt(
    (pi() / 180 * 6371008.8 * (latitude - lag(latitude) over of_station)) ** 2
    + (pi() / 180 * 6371008.8 * (longitude - lag(longitude) over of_station) * cos(radians(latitude))) ** 2
  )) as integer) as moved_m,
  cast(rides_started as bigint) as rides_started
from versions
window of_station as (partition by station_id order by valid_from)
order by station_id, valid_from

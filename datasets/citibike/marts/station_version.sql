-- Where each station was and what it was called, from which day until which, how far it was moved, and the rides that
-- began there meanwhile.
select
  station.station_id,
  version.name as station,
  version.latitude,
  version.longitude,
  version.valid_from,
  version.valid_to,
  version.moved_m,
  cast(coalesce(sum(started.rides), 0) as bigint) as rides_started
from (
  select
    *,
    -- Metres on a plane that touches the earth here.
    cast(111195 * sqrt(
      power(latitude - lag(latitude) over of_station, 2)
      + power((longitude - lag(longitude) over of_station) * cos(radians(latitude)), 2)
    ) as integer) as moved_m
  from star.dim_station_history
  window of_station as (partition by station_key order by valid_from)
) as version
join star.dim_station as station using (station_key)
left join (
  select day.start_station_key, dim_date.date, day.rides
  from star.started_day as day
  join star.dim_date as dim_date using (date_key)
) as started
  on started.start_station_key = version.station_key
  and started.date >= version.valid_from
  and (version.valid_to is null or started.date < version.valid_to)
group by 1, 2, 3, 4, 5, 6, 7

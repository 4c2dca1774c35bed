-- Names and places that a station has and had.
-- :station  a name that it has or had; '' for all stations that were renamed or moved
select station, latitude, longitude, valid_from, valid_to, moved_m, rides_started
from (select *, count(*) over (partition by station_id) as versions from star.station_version) as version
where case
  when :station = '' then versions > 1
  else station_id in (select station_id from star.station_version where station = :station)
end
order by station_id, valid_from

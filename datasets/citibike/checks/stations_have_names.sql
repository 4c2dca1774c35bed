-- Stations that have an id and no name.
select station_key, station_id from star.dim_station where station_id is not null and name is null

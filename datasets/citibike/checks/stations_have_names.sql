-- Stations that had no name on some day.
select station_key, valid_from from star.dim_station_history where name is null

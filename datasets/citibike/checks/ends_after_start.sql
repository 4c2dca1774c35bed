-- Rides that end before they begin. An end in the hour that clocks showed twice is read as the earlier
-- one, so a ride across the change may seem to, by up to an hour.
select started_at, ended_at, chunk_id from star.fact_ride where ended_at < started_at and not ended_ambiguous

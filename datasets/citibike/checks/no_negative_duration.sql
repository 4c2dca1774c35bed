-- Rides that took less than no time.
select date_key, duration_seconds, chunk_id from star.fact_ride where duration_seconds < 0

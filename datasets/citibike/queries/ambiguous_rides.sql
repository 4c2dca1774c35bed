-- Rides that began or ended in an hour that the clocks showed twice; their instants are the earlier ones.
select start_station, end_station, started_at, ended_at, duration_seconds, started_ambiguous, ended_ambiguous
from star.ride
where started_ambiguous or ended_ambiguous
order by started_at, ended_at, start_station

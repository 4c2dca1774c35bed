-- Hours of the day (UTC) with the most rides.
-- :limit  how many hours
select
  cast(extract(hour from datetime at time zone 'UTC') as integer) as hour,
  count(*) as rides
from star.fact_trip
group by 1
order by rides desc, hour
limit :limit

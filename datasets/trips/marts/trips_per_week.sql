-- Trips per region and week; weeks begin on Monday and are named by it.
select
  region.name as region,
  dim_date.week_start as week,
  cast(sum(daily.trips) as bigint) as trips
from (
  select region_key, date_key, count(*) as trips
  from star.fact_trip
  group by region_key, date_key
) as daily
join star.dim_region as region using (region_key)
join star.dim_date as dim_date using (date_key)
group by 1, 2

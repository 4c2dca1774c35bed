-- Rides by month.
select
  to_char(dim_date.date, 'YYYY-MM') as month,
  count(*) as rides,
  round(cast(percentile_cont(0.5) within group (order by duration_seconds) / 60 as numeric), 1) as median_minutes,
  round(cast(sum(distance_km) as numeric), 1) as kilometres
from star.fact_ride
join star.dim_date as dim_date using (date_key)
group by 1
order by 1

-- Revenue by day and country (EUR)
select day, country, cast(revenue as double precision) as revenue
from star.revenue_by_day_and_country
join (
  select country, sum(revenue) as all_revenue
  from star.revenue_by_day_and_country group by country order by all_revenue desc limit 5
) as most using (country)
order by day, all_revenue desc

-- Monthly recurring revenue by plan (USD)
select month, plan, cast(revenue as double precision) as revenue
from star.monthly_recurring_revenue
order by month, plan

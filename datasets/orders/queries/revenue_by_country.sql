-- Orders and revenue of each country, most first.
-- :from :to  the first day and the last
select country, sum(orders) as orders, sum(revenue) as revenue
from star.revenue_by_day_and_country
where day between cast(:from as date) and cast(:to as date)
group by country
order by revenue desc, country

-- Orders and revenue by the day (UTC) on which they were placed, and by country. Returned orders do not count.
select
  cast(created_at at time zone 'UTC' as date) as day,
  country,
  cast(count(*) as integer) as orders,
  sum(total) as revenue
from star.order_summary
where status <> 'returned'
group by 1, 2

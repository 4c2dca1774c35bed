-- Orders by device, and how many of a hundred were returned.
select
  device_type,
  count(*) as orders,
  round(100.0 * count(*) filter (where status = 'returned') / count(*), 1) as returned_percent
from star.order_summary
group by device_type
order by orders desc, device_type

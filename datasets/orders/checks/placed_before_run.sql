-- No order was placed after the run that exported it.
select order_id, created_at, run_date
from {facts} as fact
where created_at >= (run_date + 1) at time zone 'UTC'
order by order_id

-- Orders as the latest run has them: one row an order, names instead of keys.
select distinct on (fact.order_id)
  fact.order_id,
  fact.status,
  fact.created_at,
  fact.updated_at,
  dim_user.user_id,
  dim_user.name as user_name,
  place.city,
  place.country,
  device.device_type,
  fact.currency,
  fact.total,
  fact.run_date as last_run,
  min(fact.run_date) over (partition by fact.order_id) as first_run,
  cast(count(*) over (partition by fact.order_id) as integer) as runs
from star.fact_exported_order as fact
join star.dim_order_user as dim_user using (order_user_key)
join star.dim_order_place as place using (order_place_key)
join star.dim_order_device as device using (order_device_key)
order by fact.order_id, fact.run_date desc

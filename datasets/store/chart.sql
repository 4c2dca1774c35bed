-- Orders by day and state
select day, state_name, cast(orders as integer) as orders
from star.orders_by_state
join (
  select state_name, sum(orders) as all_orders
  from star.orders_by_state group by state_name order by all_orders desc, state_name limit 5
) as most using (state_name)
order by day, all_orders desc, state_name

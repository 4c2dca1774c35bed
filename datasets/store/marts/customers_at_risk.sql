-- Customers of today with a score, and what they have ordered.
select
  customer.customer_id,
  customer.first_name,
  customer.last_name,
  customer.state_name,
  customer.score,
  cast(count(orders.order_id) as integer) as orders,
  max(orders.delivered_on) as last_order
from star.dim_customers as customer
left join star.fact_store_order as orders using (customer_id)
where customer.is_current and customer.score > 0
group by 1, 2, 3, 4, 5

-- Orders with their customer as he was when they were delivered. An order of a customer whom nobody knows stays.
select
  fact.order_id,
  fact.customer_id,
  item.item_id,
  item.name as item,
  fact.delivered_on,
  customer.state,
  coalesce(customer.state_name, 'unknown') as state_name,
  coalesce(customer.score, 0) as score
from star.fact_store_order as fact
join star.dim_store_item as item on item.store_item_key = fact.item_key
left join star.dim_customers as customer
  on customer.customer_id = fact.customer_id
  and fact.delivered_on >= customer.valid_from
  and (customer.valid_to is null or fact.delivered_on < customer.valid_to)

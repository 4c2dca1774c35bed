-- Line items of orders as their latest run has them.
select
  line.order_id,
  line.line,
  product.sku,
  product.name as product,
  product.category,
  line.quantity,
  line.price,
  line.discount,
  line.quantity * line.price - line.discount as amount,
  orders.status,
  orders.created_at,
  orders.country
from star.fact_order_line as line
join star.order_summary as orders on orders.order_id = line.order_id and orders.last_run = line.run_date
join star.dim_product as product using (product_key)

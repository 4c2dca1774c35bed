-- No order has a negative total.
select order_id, total from {facts} as fact where total < 0 order by order_id

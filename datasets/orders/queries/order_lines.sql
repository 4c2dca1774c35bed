-- What is in an order, as its latest run has it.
-- :order  its number
select line, sku, product, quantity, price, discount, amount
from star.sold_line
where order_id = :order
order by line

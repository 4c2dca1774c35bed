-- The lines of an order add up to its total, wherever both have been loaded.
select line.order_id, line.run_date, sum(line.quantity * line.price - line.discount) as of_lines, orders.total
from star.fact_order_line as line
join star.fact_exported_order as orders using (order_id, run_date)
where {touched(line.order_id, line.run_date)}
group by line.order_id, line.run_date, orders.total
having sum(line.quantity * line.price - line.discount) <> orders.total
order by line.order_id

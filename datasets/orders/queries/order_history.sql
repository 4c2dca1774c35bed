-- What each run said of an order.
-- :order  its number
select run_date, status, updated_at, total
from star.fact_exported_order
where order_id = :order
order by run_date

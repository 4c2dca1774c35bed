-- Customers with at least this score, and what they have ordered.
-- :score  the least score
-- :limit  how many customers
select customer_id, first_name, last_name, state_name as state, score, orders
from star.customers_at_risk
where score >= :score
order by score desc, orders desc, customer_id
limit :limit

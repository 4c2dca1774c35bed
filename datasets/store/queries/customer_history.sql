-- Where a customer lives and has lived.
-- :customer  the number
select first_name, last_name, state, state_name, valid_from, valid_to
from star.dim_customers
where customer_id = :customer
order by valid_from

-- Orders by the state in which the customer lived when they were delivered, most first.
-- :from :to  the first day and the last
select state_name as state, sum(orders) as orders
from star.orders_by_state
where day between cast(:from as date) and cast(:to as date)
group by state_name
order by orders desc, state

-- Orders by day and by the state in which the customer lived then.
select cast(delivered_on at time zone 'UTC' as date) as day, state_name, cast(count(*) as integer) as orders
from star.fct_orders
group by 1, 2

-- No customer has two versions at the same time.
select one.customer_id, one.valid_from, other.valid_from as other_from
from star.dim_customers as one
join star.dim_customers as other
  on other.customer_id = one.customer_id
  and other.valid_from > one.valid_from
  and (one.valid_to is null or other.valid_from < one.valid_to)
order by one.customer_id

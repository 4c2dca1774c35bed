-- Orders are of customers whom the application has, or had.
select fact.order_id, fact.customer_id
from {facts} as fact
where not exists (select from star.store_customer_version as version where version.id = fact.customer_id)
order by fact.order_id

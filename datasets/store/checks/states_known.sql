-- Customers live in states that are in the list.
select id, state from star.store_customer_version where state_name = 'unknown' and valid_to is null order by id

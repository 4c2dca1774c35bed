-- Orders by item and day.
select item.item_id, item.name as item, summed.day, summed.orders
from star.orders_of_item as summed
join star.dim_store_item as item on item.store_item_key = summed.item_key

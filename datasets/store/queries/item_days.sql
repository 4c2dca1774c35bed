-- Orders of an item on each day, latest day first.
-- :item  its name
-- :limit  how many days
select day, orders
from star.orders_by_item_and_day
where item = :item
order by day desc
limit :limit

-- Products by revenue. Returned orders do not count.
-- :limit  how many products
select product, category, sum(quantity) as sold, sum(amount) as revenue
from star.sold_line
where status <> 'returned'
group by product, category
order by revenue desc, product
limit :limit

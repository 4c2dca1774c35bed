-- Amounts, discounts and net revenue of each plan in a month, most first.
-- :month  any day of the month, or a later one for the latest month
select plan, month, payments, amount, discount, net_revenue, average_discount
from star.net_revenue
where month = (select max(month) from star.net_revenue where month <= :month)
order by net_revenue desc, plan

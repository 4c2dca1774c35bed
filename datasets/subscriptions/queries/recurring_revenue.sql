-- Monthly recurring revenue of each plan, latest month first.
-- :months  how many months
select month, plan, subscriptions, revenue
from star.monthly_recurring_revenue
where month > (select max(month) from star.monthly_recurring_revenue) - make_interval(months => :months::int)
order by month desc, revenue desc, plan

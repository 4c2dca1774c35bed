-- Subscriptions that run when a month begins, and how many of them end in it, latest month first.
-- :months  how many months
select month, at_start, lost, churn_percent
from star.churn
order by month desc
limit :months

-- Subscriptions that run when a month begins, and how many of them end in it.
with months as (
  select generate_series(
    date_trunc('month', min(started_on)) + interval '1 month',
    date_trunc('month', greatest(max(started_on), max(ended_on))),
    interval '1 month'
  )::date as month
  from star.fct_subscription
)
select
  months.month,
  count(*) as at_start,
  count(*) filter (where subscription.ended_on < months.month + interval '1 month') as lost,
  round(
    100.0 * count(*) filter (where subscription.ended_on < months.month + interval '1 month') / count(*), 1
  ) as churn_percent
from months
join star.fct_subscription as subscription
  on subscription.started_on < months.month
  and (subscription.ended_on is null or subscription.ended_on >= months.month)
group by months.month

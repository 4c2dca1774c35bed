-- What the subscriptions of a month's last day bring in a month, by plan, at the prices of that day. A year's price
-- counts as a twelfth.
with months as (
  select generate_series(
    date_trunc('month', min(started_on)),
    date_trunc('month', greatest(max(started_on), max(ended_on))),
    interval '1 month'
  )::date as month
  from star.fct_subscription
)
select
  plan.name as plan,
  months.month,
  count(*) as subscriptions,
  sum(case plan.period when 'year' then round(plan.price / 12, 2) else plan.price end) as revenue
from months
join star.fct_subscription as subscription
  on subscription.started_on < months.month + interval '1 month'
  and (subscription.ended_on is null or subscription.ended_on >= months.month + interval '1 month')
join star.dim_plan as plan
  on plan.id = subscription.plan_id
  and plan.valid_from < (months.month + interval '1 month') at time zone 'UTC'
  and (plan.valid_to is null or plan.valid_to >= (months.month + interval '1 month') at time zone 'UTC')
group by plan.name, months.month

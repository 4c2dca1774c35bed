-- Amounts, discounts and net revenue by plan and month; months are named by their first day.
select
  plan.name as plan,
  paid.month,
  paid.payments,
  paid.amount,
  coalesce(paid.discount, 0.00) as discount,
  paid.amount - coalesce(paid.discount, 0.00) as net_revenue,
  round(paid.average_discount, 2) as average_discount
from star.paid_of_plan as paid
join star.dim_plan as plan on plan.id = paid.plan_id and plan.valid_to is null

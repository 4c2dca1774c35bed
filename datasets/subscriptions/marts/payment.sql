-- Payments as one reads them. A person may have several cards and addresses: each payment is joined with the card that
-- paid it, and with the one address for invoices, or else the one at home.
select
  payment.id,
  payment.paid_on,
  plan.name as plan,
  payment.amount,
  coalesce(payment.discount, 0.00) as discount,
  subscriber.full_name,
  subscriber.email,
  card.last_digits,
  bank.name as bank,
  address.city,
  address.country
from star.fct_payment as payment
left join star.dim_plan as plan on plan.id = payment.plan_id and plan.valid_to is null
left join star.dim_subscriber as subscriber on subscriber.id = payment.user_id
left join star.dim_card as card on card.id = payment.card_id
left join star.dim_bank as bank on bank.id = card.bank_id
left join lateral (
  select city, country
  from star.dim_address as address
  where address.user_id = payment.user_id
  order by kind = 'invoices' desc, id
  limit 1
) as address on true

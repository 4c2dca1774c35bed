-- A user with an open account, and what he has ordered.
-- :user  the number
select
  account.user_id,
  account.name,
  account.email,
  account.updated_at,
  count(orders.order_id) as orders,
  coalesce(sum(orders.total) filter (where orders.status <> 'returned'), 0) as spent
from star.order_user as account
left join star.order_summary as orders using (user_id)
where account.user_id = :user
group by account.user_id, account.name, account.email, account.updated_at

-- Payments of a person, with card and bank, latest first.
-- :email  of the person, in any case
-- :limit  how many payments
select paid_on, plan, amount, discount, last_digits, bank, city
from star.payment
where email = lower(:email)
order by paid_on desc, id desc
limit :limit

-- The mart of payments has each payment once. A join on the user alone would repeat those of people with two cards.
select *
from (select count(*) as payments, sum(amount) as amount from star.fct_payment) as facts
cross join (select count(*) as joined, sum(amount) as joined_amount from star.payment) as joined
where facts.payments <> joined.joined or facts.amount is distinct from joined.joined_amount

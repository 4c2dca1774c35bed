-- No discount is larger than its amount.
select id, amount, discount from {facts} where discount > amount or discount < 0 order by id

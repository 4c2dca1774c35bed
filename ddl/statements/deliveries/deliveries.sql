-- Deliveries, newest first.
-- $1 before  bigint null   only those with a smaller number
-- $2 states  text[]
-- $3 endpoint  text null   only of this one
-- $4 most  bigint
-- row delivery.*
select * from landfall.delivery
where ($1::bigint is null or delivery_id < $1) and state = any($2::text[]) and ($3::text is null or endpoint = $3)
order by delivery_id desc limit $4

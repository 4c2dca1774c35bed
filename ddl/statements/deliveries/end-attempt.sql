-- Notes what came of an attempt, unless another one has begun since.
-- $1 delivery_id  bigint
-- $2 attempts  integer   the number of the attempt
-- $3 state  delivery.state
-- $4 status  integer null
-- $5 answer  text
-- $6 seconds  double precision   until the next attempt
update landfall.delivery
set state = $3, status = $4, answer = $5, next_at = now() + make_interval(secs => $6),
  ended_at = case when $3 <> 'waiting' then now() end
where delivery_id = $1 and attempts = $2 and state = 'waiting'

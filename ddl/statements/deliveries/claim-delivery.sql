-- Takes what an endpoint has to be told next, if it is time. It is an attempt, and no other process takes it meanwhile.
-- $1 endpoint  text
-- $2 only  bigint null   this one, whether it is time or not
-- $3 seconds  double precision   how long it may take
-- row delivery.*
update landfall.delivery d
set attempts = attempts + 1, attempt_at = now(), next_at = now() + make_interval(secs => $3)
where delivery_id = (
  select delivery_id from landfall.delivery
  where endpoint = $1 and state = 'waiting' and (delivery_id = $2 or ($2::bigint is null and next_at <= now()))
  order by next_at, delivery_id limit 1
  for update skip locked
)
returning *

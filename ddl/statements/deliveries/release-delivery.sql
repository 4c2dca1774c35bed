-- Takes an attempt back that was interrupted.
-- $1 delivery_id  bigint
-- $2 attempts  integer   the number of the attempt
update landfall.delivery set attempts = attempts - 1, next_at = now()
where delivery_id = $1 and attempts = $2 and state = 'waiting'

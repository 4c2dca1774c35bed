-- Has a delivery made again, as if it had just been noted. Its receiver knows it by the same webhook_id.
-- $1 delivery_id  bigint
update landfall.delivery set state = 'waiting', attempts = case when state = 'waiting' then attempts else 0 end, next_at = now(), ended_at = null
where delivery_id = $1

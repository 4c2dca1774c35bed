-- One delivery.
-- $1 delivery_id  bigint
-- row delivery.*
select * from landfall.delivery where delivery_id = $1

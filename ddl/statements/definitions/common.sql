-- What files that are done have in common.
-- $1 common_id  uuid[]
-- row common_id  uuid
-- row value  jsonb
select common_id, value from landfall.common where common_id = any($1::uuid[])

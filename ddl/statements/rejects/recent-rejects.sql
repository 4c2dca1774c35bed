-- The newest rejects, newest first.
-- $1 limit  bigint
-- row reject.*
select * from landfall.reject order by reject_id desc limit $1

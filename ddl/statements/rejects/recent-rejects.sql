-- The newest rejects, newest first.
-- $1 limit  integer
select * from landfall.reject order by reject_id desc limit $1

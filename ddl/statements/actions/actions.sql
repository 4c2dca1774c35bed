-- What people did, newest first.
-- $1 before  bigint null   only actions with a smaller number
-- $2 most  bigint
-- row action.*
select * from landfall.action where $1::bigint is null or action_id < $1 order by action_id desc limit $2

-- The dismissals, newest first.
-- $1 most  bigint
-- row dismissal.*
select * from landfall.dismissal order by dismissed_at desc, kind, key limit $1

-- Those of some runs of which there is something to tell: they have ended, or wait because an attempt has failed. In the
-- order of their windows.
-- $1 run_id  integer[]
-- row run.*
select * from landfall.run
where run_id = any($1) and (state in ('done', 'failed') or error is not null)
order by window_from nulls first, run_id

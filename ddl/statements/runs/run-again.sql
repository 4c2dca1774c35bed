-- Plans a run that has ended again, from its beginning.
-- $1 run_id  integer
-- $2 state  run.state
-- $3 before  run.state[]
-- row run.*
update landfall.run
set state = $2, position = null, pages = 0, bytes = 0, attempts = 0, waits_since = null, error = null, planned_at = now(), due_at = now(),
  started_at = null, ended_at = null
where run_id = $1 and state = any($3)
returning *

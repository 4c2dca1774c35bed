-- Starts a run, or resumes it: nobody else notes a page of it from now on.
-- $1 run_id  integer
-- $2 state  run.state
-- $3 before  run.state[]
-- row run.*
update landfall.run
set state = $2, fencing_token = fencing_token + 1, started_at = coalesce(started_at, now())
where run_id = $1 and state = any($3)
returning *

-- Lets a run wait for its next attempt, or give way for another one. It resumes where it stopped.
-- $1 run_id  integer
-- $2 fencing_token  integer
-- $3 state  run.state
-- $4 before  run.state[]
-- $5 due_at  timestamptz
-- $6 attempts  integer
-- $7 waits_since  timestamptz null
-- $8 error  jsonb null
update landfall.run
set state = $3, due_at = $5, attempts = $6, waits_since = $7, error = $8
where run_id = $1 and fencing_token = $2 and state = any($4)

-- Ends a run.
-- $1 run_id  integer
-- $2 fencing_token  integer
-- $3 state  run.state
-- $4 before  run.state[]
-- $5 error  jsonb null
update landfall.run
set state = $3, error = $5, ended_at = now(), waits_since = null
where run_id = $1 and fencing_token = $2 and state = any($4)

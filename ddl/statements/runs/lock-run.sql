-- Locks a run that is still running under this fencing token. Returns no row for one that is not.
-- $1 run_id  integer
-- $2 fencing_token  integer
-- $3 states  run.state[]
-- row run_id  integer
select run_id from landfall.run where run_id = $1 and fencing_token = $2 and state = any($3) for update

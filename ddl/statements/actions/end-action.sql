-- Notes what became of it.
-- $1 action_id  bigint
-- $2 outcome  text   ok, or the code of an error
update landfall.action set outcome = $2, ended_at = now() where action_id = $1

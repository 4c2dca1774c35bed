-- Notes that the time before the window of a run is not caught up.
-- $1 run_id  integer
-- $2 skipped_from  timestamptz
update landfall.run set skipped_from = $2 where run_id = $1

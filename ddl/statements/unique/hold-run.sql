-- Locks the table with the keys of a file against writing. Whoever still writes to it is ended.
-- $1 file_id  integer
-- row hold_run  void
select landfall.hold_run(landfall.run_table(run_id)) from landfall.unique_run where files = array[$1::integer]

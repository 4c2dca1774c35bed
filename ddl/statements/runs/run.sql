-- A run by its number.
-- $1 run_id  integer
-- row run.*
select * from landfall.run where run_id = $1

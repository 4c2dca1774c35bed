-- The chunks of a file whose keys are not noted yet.
-- $1 file_id  integer
-- row chunk.*
select * from landfall.chunk where file_id = $1 and not keyed order by number

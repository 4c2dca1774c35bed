-- Notes that nothing is left in the sinks of a file that was planned again.
-- $1 file_id  integer
delete from landfall.renewed where file_id = $1

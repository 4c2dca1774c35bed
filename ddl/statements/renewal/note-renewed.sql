-- Notes that what was written of a file may still be in the sinks, now that another row takes its place.
-- $1 file_id  integer
insert into landfall.renewed (file_id, dataset) select file_id, dataset from landfall.file where file_id = $1

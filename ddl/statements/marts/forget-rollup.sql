-- Notes that a rollup does not exist any more.
-- $1 dataset  text
-- $2 name  text
delete from landfall.rollup where dataset = $1 and name = $2

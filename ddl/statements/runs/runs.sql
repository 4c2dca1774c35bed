-- Runs of a source, newest first.
-- $1 dataset  text
-- $2 source  text
-- $3 most  bigint
-- row run.*
select * from landfall.run where dataset = $1 and source = $2 order by run_id desc limit $3

-- Notes how a rollup is kept, now that its facts show which values repeat.
-- $1 dataset  text
-- $2 name  text
-- $3 recomputed  jsonb   of values that are not kept
-- $4 notes  jsonb
update landfall.rollup set recomputed = $3, notes = $4 where dataset = $1 and name = $2

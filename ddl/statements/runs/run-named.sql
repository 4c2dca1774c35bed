-- The run of a window; of a backfill or not.
-- $1 dataset  text
-- $2 source  text
-- $3 backfill  boolean
-- $4 folder  text
-- row run.*
select * from landfall.run
where dataset = $1 and source = $2 and (kind = 'backfill') = $3 and folder = $4

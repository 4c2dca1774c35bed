-- The rollups of a dataset that exist.
-- $1 dataset  text
-- row name  text
-- row hash  text
-- row stored  jsonb
-- row recomputed  jsonb null
-- row notes  jsonb
select name, hash, stored, recomputed, notes from landfall.rollup where dataset = $1 order by name

-- The datasets that have files in the lake.
-- row dataset  text
select distinct dataset from landfall.file where state = 'done' order by dataset

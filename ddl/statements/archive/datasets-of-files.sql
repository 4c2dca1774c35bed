-- Datasets that have files, sorted.
-- row dataset  text
select distinct dataset from landfall.file order by dataset

-- Stars that the dataset has had, by the definitions that were used.
-- $1 dataset  text
-- row star  jsonb
select definition->'star' as star from landfall.definition where dataset = $1 and definition ? 'star'

-- The stars of all versions of a dataset's definition that have been used.
-- $1 dataset  text
-- row star  jsonb
select definition->'star' as star from landfall.definition where dataset = $1 and jsonb_typeof(definition->'star') = 'object'

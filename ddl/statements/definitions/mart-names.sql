-- Names of the marts that any version of a dataset's definition has had.
-- $1 dataset  text
-- row name  text
select distinct mart->>'name' as name
from landfall.definition d, jsonb_array_elements(d.definition->'marts') mart
where d.dataset = $1 and jsonb_typeof(d.definition->'marts') = 'array'

-- Datasets that have files, loaded or under way, whose definition has a dimension table.
-- $1 schema  text
-- $2 table  text
-- row dataset  text
select distinct f.dataset
from landfall.file f
join landfall.definition d on d.version = f.definition_version
where f.state in ('loading', 'finalising', 'done')
  and d.definition->'star'->>'schema' = $1
  and exists (
    select from jsonb_array_elements(d.definition->'star'->'dimensions') m where m->>'table' = $2
  )
order by f.dataset

-- What people should know of a rollup has a kind: how many groups it has, which an audit counts again, or how values are
-- kept.
update landfall.rollup set notes = (
  select coalesce(jsonb_agg(jsonb_build_object(
    'kind', case when starts_with(note, name || ' has ') then 'groups' else 'values' end, 'text', note)), '[]')
  from jsonb_array_elements_text(notes) note
) where jsonb_typeof(notes) = 'array';

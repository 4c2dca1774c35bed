-- The number of a rule, by what it is about. No row where another transaction is just adding it.
-- $1 dataset  text
-- $2 about  jsonb
-- row rule_id  integer
with added as (
  insert into landfall.unique_rule (dataset, about) values ($1, $2)
  on conflict (dataset, about) do nothing
  returning rule_id
)
select rule_id from added
union all
select rule_id from landfall.unique_rule where dataset = $1 and about = $2
limit 1

-- Loaded files that are not settled for a rule: they were loaded before there was the rule.
-- $1 dataset  text
-- $2 rule_id  integer
-- row file_id  integer
-- row name  text
-- row definition_version  text not null
select f.file_id, f.name, f.definition_version from landfall.file f
where f.dataset = $1 and f.state = 'done'
  and not exists (select from landfall.unique_file u where u.file_id = f.file_id and u.rule_id = $2)
order by f.file_id

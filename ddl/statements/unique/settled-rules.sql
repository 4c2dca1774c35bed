-- Those of the rules that a file is settled for.
-- $1 file_id  integer
-- $2 rule_id  integer[]
-- row rule_id  integer
select rule_id from landfall.unique_file where file_id = $1 and rule_id = any($2::integer[])

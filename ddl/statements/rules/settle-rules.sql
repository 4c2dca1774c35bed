-- Notes that files are settled for rules.
-- $1 file_id  integer[]
-- $2 rule_id  integer[]
insert into landfall.unique_file (file_id, rule_id)
select f, r from unnest($1::integer[]) as f, unnest($2::integer[]) as r

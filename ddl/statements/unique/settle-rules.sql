-- Notes that a file is settled for rules.
-- $1 file_id  integer
-- $2 rule_id  integer[]
insert into landfall.unique_file (file_id, rule_id)
select $1, r from unnest($2::integer[]) as r

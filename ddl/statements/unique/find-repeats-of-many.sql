-- $1 file_id  integer
-- $2 first_chunk  integer
-- $3 last_chunk  integer
-- $4 rule_id  integer[]
-- $5 star_rules  integer[]   those for which keys of other files count
-- $6 without  integer[]   but not of these
-- row find_repeats_of_many  void
select landfall.find_repeats_of_many($1, $2, $3, $4, $5, $6)

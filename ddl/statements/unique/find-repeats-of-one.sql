-- $1 file_id  integer
-- $2 first_chunk  integer
-- $3 last_chunk  integer
-- $4 rule_id  integer
-- $5 star_rules  integer[]   that rule, or none: keys of other files count
-- $6 without  integer[]   but not of these
-- row find_repeats_of_one  void
select landfall.find_repeats_of_one($1, $2, $3, $4, $5, $6)

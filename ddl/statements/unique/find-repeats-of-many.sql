-- Notes which rows of a file repeat a key of one of several rules.
-- $1 file_id  integer
-- $2 first_chunk  integer
-- $3 last_chunk  integer
-- $4 rule_id  integer[]
-- row find_repeats_of_many  void
select landfall.find_repeats_of_many($1, $2, $3, $4)

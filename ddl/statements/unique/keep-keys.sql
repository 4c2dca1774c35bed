-- Keeps the keys of a file's rows that repeat no other, for the rules of the star.
-- $1 file_id  integer
-- $2 first_chunk  integer
-- $3 last_chunk  integer
-- $4 star_rules  integer[]
-- $5 file_rules  integer[]
-- row keep_keys  void
select landfall.keep_keys($1, $2, $3, $4, $5)

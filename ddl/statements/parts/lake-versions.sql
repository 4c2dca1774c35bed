-- The rows that begin versions in a history.
-- $1 dataset  text
-- $2 snapshot  integer null   null: now
-- row chunk_id  integer
-- row row  integer
-- row valid_from  text
-- row valid_to  text null
select chunk_id, _row as row, valid_from, valid_to from landfall.lake_versions($1, $2)

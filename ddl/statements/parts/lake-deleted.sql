-- The rows of these parts that are not shown.
-- $1 dataset  text
-- $2 snapshot  integer null   null: now
-- row chunk_id  integer
-- row row  integer
select chunk_id, _row as row from landfall.lake_deleted($1, $2)

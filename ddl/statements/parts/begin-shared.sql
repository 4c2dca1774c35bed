-- Notes a part that is about to be written for chunks to share.
-- $1 dataset  text
-- $2 folder  text
-- row shared_id  integer
-- row path  text
insert into landfall.shared_part (shared_id, dataset, path)
select n, $1, $2 || '/s' || n || '.parquet' from nextval('landfall.shared_part_number') n
returning shared_id, path

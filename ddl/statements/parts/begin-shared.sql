-- Notes parts that are about to be written for chunks to share. No other part ever has their paths.
-- $1 dataset  text
-- $2 folder  text[]
-- $3 chunk_id  integer null   the first one of a group of chunks; null: a compaction writes them
-- $4 fencing_token  integer null   of its claim
-- row shared_id  integer
-- row path  text
insert into landfall.shared_part (shared_id, dataset, path, chunk_id, fencing_token)
select n.shared_id, $1, n.folder || '/s' || n.shared_id || '.parquet', $3, $4
from (
  select nextval('landfall.shared_part_number')::integer as shared_id, folder from unnest($2::text[]) as f (folder)
) n
returning shared_id, path

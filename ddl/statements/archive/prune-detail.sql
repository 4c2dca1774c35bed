-- Removes chunks and rejects of files of a dataset that failed or were undone before a time, at most of some files. Their
-- receipts stay, which have the counts. Facts and parts went with the end of the file.
-- $1 dataset  text
-- $2 before  timestamptz
-- $3 files  bigint   at most
-- $4 dry  boolean   counts alone
-- row files  bigint
-- row chunks  bigint
-- row rejects  bigint
with chosen as materialized (
  select f.file_id from landfall.file f
  where f.dataset = $1 and f.finished_at < $2 and f.state in ('failed', 'undone', 'duplicate')
    and not f.unswept and f.receipt is not null and f.moving_to is null
    and exists (select from landfall.chunk c where c.file_id = f.file_id)
  order by f.file_id limit $3
), counted as materialized (
  select count(*) as rejects from landfall.reject where file_id in (select file_id from chosen)
), gone as (
  delete from landfall.chunk where not $4 and file_id in (select file_id from chosen)
)
select (select count(*) from chosen) as files,
  (select count(*) from landfall.chunk where file_id in (select file_id from chosen)) as chunks,
  (select rejects from counted) as rejects

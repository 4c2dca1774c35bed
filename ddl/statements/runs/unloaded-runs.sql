-- Runs of a source that have ended although files of theirs have not.
-- $1 dataset  text
-- $2 source  text
-- row run.*
select * from landfall.run
where dataset = $1 and source = $2 and state in ('done', 'failed') and run_id in (
  select run_id from landfall.file
  where dataset = $1 and state in ('discovered', 'scanning', 'loading', 'finalising'))
order by run_id

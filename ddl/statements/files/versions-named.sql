-- Other files of the same dataset and name that are loaded or being loaded, newest first. Files that correct
-- or replay others are not versions.
-- $1 dataset  text
-- $2 name  text
-- $3 file_id  integer   not this one
-- row file.*
select * from landfall.file
where dataset = $1 and name = $2 and file_id <> $3
  and state in ('loading', 'finalising', 'done')
  and link is distinct from 'corrects' and link is distinct from 'replays'
order by file_id desc

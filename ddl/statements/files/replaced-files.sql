-- Other versions of a file that are loaded or being loaded, and all files that correct or replay their
-- rejects. They are undone when the file is done.
-- $1 dataset  text
-- $2 name  text
-- $3 file_id  integer   not this one
-- row file_id  integer
with recursive replaced as (
  select file_id from landfall.file
  where dataset = $1 and name = $2 and file_id <> $3 and state in ('loading', 'finalising', 'done')
    and link is distinct from 'corrects' and link is distinct from 'replays'
  union
  select f.file_id from landfall.file f join replaced r on f.linked_to = r.file_id
  where f.link in ('corrects', 'replays')
)
select file_id from replaced

-- A file, its children, and all files that correct or replay rejects of these, directly or in turn, locked against any
-- change of state. Lock the file and its children first, so that no other file can join them.
-- $1 file_id  integer
-- row file.*
select * from landfall.file
where file_id in (
  with recursive family as (
    select file_id from landfall.file where file_id = $1 or parent_id = $1
    union
    select f.file_id from landfall.file f join family on f.linked_to = family.file_id
    where f.link in ('corrects', 'replays')
  )
  select file_id from family
)
order by file_id
for update

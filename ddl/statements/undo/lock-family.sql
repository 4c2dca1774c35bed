-- A file and all that fix or replay its rejects, and theirs in turn, locked against any change of state.
-- Lock the file itself before: then no other joins them.
-- $1 file_id  integer
-- row file.*
select * from landfall.file
where file_id in (
  with recursive family as (
    select $1::integer as file_id
    union
    select f.file_id from landfall.file f join family on f.linked_to = family.file_id
    where f.link in ('corrects', 'replays')
  )
  select file_id from family
)
order by file_id
for update

-- Of these files, those that can be planned without a second look, locked: nothing was done with them yet, they
-- come from no other file, and no file that is loaded or being loaded has their bytes or their name.
-- While thousands of files land, the planner knows nothing of the table yet. `offset 0` keeps it from joining all
-- of them, and `|| ''` from looking for them by their state, in indexes that hold all that are in it.
-- $1 file_id  integer[]
-- $2 content_hash  text[]
-- row file_id  integer
select f.file_id from landfall.file f
join unnest($1::integer[], $2::text[]) as n (file_id, content_hash) using (file_id)
where f.state || '' = 'discovered' and f.link is null
  and not exists (
    select from landfall.file o
    where o.dataset = f.dataset and o.content_hash = n.content_hash and o.file_id <> f.file_id
      and o.state in ('loading', 'finalising', 'done')
    offset 0
  )
  and not exists (
    select from landfall.file o
    where o.dataset = f.dataset and o.name = f.name and o.file_id <> f.file_id
      and o.state || '' in ('loading', 'finalising', 'done')
    offset 0
  )
order by f.file_id
for update of f

-- Locks those of the files that can be planned without a second look: nothing has been done with them yet,
-- they come from no other file, and no file that is loaded or being loaded has their content or their name.
-- While thousands of files land, the planner has no statistics of the table yet. `offset 0` keeps it from
-- joining all of them. `|| ''` keeps it from finding them by their state, in an index that holds every file
-- in that state.
-- $1 file_id  integer[]
-- $2 content_hash  text[]
-- row file_id  integer
select f.file_id from landfall.file f
join unnest($1::integer[], $2::text[]) as n (file_id, content_hash) using (file_id)
where f.state || '' = 'discovered' and f.error is null and f.link is null
  and not exists (
    select from landfall.file o
    where o.dataset = f.dataset and right(o.content_hash, 32) = right(n.content_hash, 32)
      and o.content_hash = n.content_hash and o.file_id <> f.file_id
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

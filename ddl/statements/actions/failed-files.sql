-- Files that have failed and that nobody has dealt with: no later file reloads one or has its name. The newest first,
-- without children: they fail with their file.
-- $1 most  bigint
-- row file.*
select * from landfall.file f
where f.state = 'failed' and f.parent_id is null
  and not exists (
    select from landfall.file o
    where o.linked_to = f.file_id and o.link = 'reloads' and o.file_id > f.file_id
  )
  and not exists (
    select from landfall.file o
    where o.dataset = f.dataset and o.name = f.name and o.file_id > f.file_id
  )
order by f.landed_at desc, f.file_id desc
limit $1

-- Those of the table marts that were last refreshed before a file was done or undone.
-- $1 datasets  text[]
-- $2 names  text[]   one of each of them
-- row dataset  text
-- row name  text
-- row error  file.error
select w.dataset, w.name, m.error
from unnest($1::text[], $2::text[]) as w (dataset, name)
left join landfall.mart m using (dataset, name)
join (select dataset, landfall.file_changes(dataset) as changes from unnest($1::text[]) as dataset group by 1) c
  using (dataset)
where c.changes <> coalesce(m.changes, 0)
order by w.dataset, w.name

-- The partitions of a dataset that have parts. `open`: a file that is in flight has parts there.
-- $1 dataset  text
-- row folder  text
-- row open  boolean
-- row parts  bigint
-- row chunks  bigint   that have rows there
select p.folder, bool_or(f.state <> 'done') as open, count(distinct p.path) as parts, count(*) as chunks
from (
  select substring(coalesce(s.path, p.path) from '^(.*)/[^/]*$') as folder, p.file_id, coalesce(s.path, p.path) as path
  from landfall.part p left join landfall.shared_part s using (shared_id)
  where p.dataset = $1
) p
join landfall.file f on f.file_id = p.file_id
group by p.folder
order by p.folder

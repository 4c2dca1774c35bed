-- The partitions of a dataset that have parts. `open`: a file that is in flight has parts there.
-- $1 dataset  text
-- row folder  text
-- row open  boolean
-- row parts  bigint
-- row chunks  bigint   that have rows there
select p.folder, bool_or(f.state <> 'done') as open, count(distinct p.object) as parts, count(*) as chunks
from (
  select substring(path from '^(.*)/[^/]*$') as folder, file_id, coalesce(shared_id::text, path) as object
  from landfall.part where dataset = $1
) p
join landfall.file f on f.file_id = p.file_id
group by p.folder
order by p.folder

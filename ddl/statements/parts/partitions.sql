-- The partitions of a dataset's lake now, the last first, and how many there are.
-- $1 dataset  text
-- $2 most  bigint
-- row folder  text   relative to the lake's root
-- row parts  bigint
-- row rows  bigint
-- row bytes  bigint
-- row folders  bigint
select
  regexp_replace(coalesce(s.path, p.path), '/[^/]*$', '') as folder,
  count(distinct coalesce(s.path, p.path)) as parts,
  sum(p.rows)::bigint as rows,
  sum(p.bytes)::bigint as bytes,
  count(*) over () as folders
from landfall.lake_files($1) l
join landfall.part p on p.file_id = l.file_id
left join landfall.shared_part s on s.shared_id = p.shared_id
group by 1
order by 1 desc
limit $2

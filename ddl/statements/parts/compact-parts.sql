-- The rows of files that are done in some partitions, by chunk, and the parts that they lie in.
-- $1 dataset  text
-- $2 folder  text[]
-- row folder  text
-- row path  text   of the part that the chunk has written for itself; of one that never has, `s12/34`
-- row chunk_id  integer
-- row file_id  integer
-- row version  text null   of the definition
-- row rows  bigint
-- row bytes  bigint
-- row shared_id  integer null
-- row shared_path  text null
-- row shared_rows  bigint null
-- row shared_bytes  bigint null
select substring(coalesce(s.path, p.path) from '^(.*)/[^/]*$') as folder, p.path, p.chunk_id, p.file_id,
  f.definition_version as version, p.rows, p.bytes, s.shared_id, s.path as shared_path, s.rows as shared_rows,
  s.bytes as shared_bytes
from landfall.part p
join landfall.file f on f.file_id = p.file_id
left join landfall.shared_part s on s.shared_id = p.shared_id
where p.dataset = $1 and substring(coalesce(s.path, p.path) from '^(.*)/[^/]*$') = any($2::text[]) and f.state = 'done'
order by p.chunk_id

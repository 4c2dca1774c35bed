-- The parts of a file in the manifest.
-- $1 file_id  integer
-- row path  text
-- row rows  bigint
-- row bytes  bigint
-- row chunk_id  integer
-- row shared_rows  bigint null   all rows of a part that chunks share
-- row shared_bytes  bigint null
select coalesce(s.path, p.path) as path, p.rows, p.bytes, p.chunk_id, s.rows as shared_rows, s.bytes as shared_bytes
from landfall.part p left join landfall.shared_part s using (shared_id)
where p.file_id = $1
order by 1, p.chunk_id

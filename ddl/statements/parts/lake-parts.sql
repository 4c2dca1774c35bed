-- The parts that belong to the lake at a snapshot, with the version of the definition that each was written with.
-- $1 dataset  text
-- $2 snapshot  integer null   null: now
-- row path  text
-- row chunk_id  integer
-- row version  text null
select c.path, c.chunk_id, f.definition_version as version
from landfall.lake_current($1, $2) c
join landfall.part p on p.path = c.path join landfall.file f on f.file_id = p.file_id
order by c.path

-- The parts that belong to the lake at a snapshot, with the chunks whose rows in them count, and the version of the
-- definition that these were written with. `shared_rows`: all rows of a part that chunks share.
-- $1 dataset  text
-- $2 snapshot  integer null   null: now
-- row path  text
-- row chunk_id  integer
-- row version  text null
-- row rows  bigint
-- row shared_rows  bigint null
select coalesce(s.path, p.path) as path, p.chunk_id, f.definition_version as version, p.rows, s.rows as shared_rows
from landfall.lake_files($1, $2) l
join landfall.file f on f.file_id = l.file_id
join landfall.part p on p.file_id = f.file_id
left join landfall.shared_part s on s.shared_id = p.shared_id
order by 1, 2

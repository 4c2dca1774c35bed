-- The lake as its readers should see it: parts of files that are done. A file appears in it whole and
-- leaves it whole, and a version that replaces another does so at one moment.
create view landfall.manifest as
select p.path, p.dataset, p.rows, p.bytes, p.file_id, p.chunk_id, f.name as file
from landfall.part p join landfall.file f using (file_id)
where f.state = 'done';

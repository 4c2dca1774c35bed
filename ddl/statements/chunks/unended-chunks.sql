-- Committed chunks of files that have not ended: what they loaded must not be seen yet.
-- row chunk_id  integer
select c.chunk_id
from landfall.file f
join landfall.chunk c using (file_id)
where f.state in ('loading', 'finalising') and c.state = 'committed'

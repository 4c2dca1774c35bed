-- The files that have taken rejects of a file, and how many each has.
-- $1 file_id  integer
-- row file_id  integer
-- row name  text
-- row link  file.link not null
-- row state  file.state
-- row rejects  bigint
select t.file_id, t.name, t.link, t.state, count(*) as rejects
from landfall.reject r join landfall.file t on t.file_id = r.taken_by
where r.file_id = $1
group by t.file_id order by t.file_id

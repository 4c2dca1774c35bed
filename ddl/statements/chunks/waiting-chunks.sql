-- Files with chunks that will be tried again, and the latest reason.
-- row file_id  integer
-- row dataset  text
-- row name  text
-- row chunks  bigint
-- row error  chunk.error not null
select f.file_id, f.dataset, f.name, count(*) as chunks,
  (array_agg(c.error order by c.claimed_at desc nulls last))[1] as error
from landfall.chunk c join landfall.file f using (file_id)
where f.state = 'loading' and c.state = 'planned' and c.error is not null
group by f.file_id order by f.file_id

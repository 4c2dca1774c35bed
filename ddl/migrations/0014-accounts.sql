-- What each sink counted while it wrote a chunk, by the sink's name: {"lake": {"rows": 9, "bytes": 512}, "star": …}.
-- A file's accounts must agree with each other and with the rows that its chunks loaded.

alter table landfall.chunk add column accounts jsonb not null default '{}';

-- Chunks of before were all written to lake and star. How many bytes a copy had was not noted.
update landfall.chunk c
set accounts = jsonb_build_object(
  'lake', jsonb_build_object('rows', p.rows, 'bytes', p.bytes),
  'star', jsonb_build_object('rows', c.star_rows, 'bytes', 0)
)
from (
  select k.chunk_id, coalesce(sum(p.rows), 0) as rows, coalesce(sum(p.bytes), 0) as bytes
  from landfall.chunk k left join landfall.part p on p.chunk_id = k.chunk_id
  where k.state = 'committed'
  group by k.chunk_id
) p
where p.chunk_id = c.chunk_id;

alter table landfall.chunk drop column star_rows;

-- How far these files are. Chunks are counted only for files that are being loaded; the others have their
-- sums.
-- $1 file_id  integer[]
-- row file_id  integer
-- row dataset  text
-- row name  text
-- row state  file.state
-- row bytes  bigint
-- row chunks  integer
-- row landed_at  timestamptz
-- row started_at  timestamptz null
-- row finished_at  timestamptz null
-- row error  file.error
-- row link  file.link
-- row linked_to  integer null
-- row linked_name  text null
-- row drift  jsonb null
-- row references  jsonb null   versions of reference tables, by name
-- row findings  jsonb null
-- row keyed  boolean
-- row chunks_committed  bigint
-- row bytes_committed  bigint
-- row parts  integer
-- row rows_parsed  bigint
-- row rows_loaded  bigint
-- row rows_rejected  bigint
-- row rows_deduplicated  bigint
select
  f.file_id, f.dataset, f.name, f.state, f.bytes, f.chunks, f.landed_at, f.started_at, f.finished_at, f.error,
  f.link, f.linked_to, o.name as linked_name, l.layout->'drift' as drift, l.layout->'references' as "references",
  case when f.state = 'done' then jsonb_path_query_array(f.receipt, '$.checks[*] ? (@.ok == false)') end as findings,
  coalesce(jsonb_typeof(d.definition #> '{star,keyed}') = 'object', false) as keyed,
  coalesce(c.chunks_committed, f.chunks_committed) as chunks_committed,
  coalesce(c.bytes_committed, f.bytes_committed) as bytes_committed,
  coalesce(c.parts, f.parts) as parts,
  coalesce(c.rows_parsed, f.rows_parsed) as rows_parsed,
  coalesce(c.rows_loaded, f.rows_loaded) as rows_loaded,
  coalesce(c.rows_rejected, f.rows_rejected) as rows_rejected,
  coalesce(c.rows_deduplicated, f.rows_deduplicated) as rows_deduplicated
from landfall.file f
left join landfall.file o on o.file_id = f.linked_to
left join landfall.definition d on d.version = f.definition_version
left join landfall.common m on m.common_id = f.common_id
cross join lateral (select coalesce(f.layout, m.value->'layout') as layout) l
left join lateral landfall.committed_sums(case when f.state in ('loading', 'finalising') then f.file_id end) c
  on f.state in ('loading', 'finalising')
where f.file_id = any($1)
order by f.file_id

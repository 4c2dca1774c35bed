-- Notes for each endpoint what it wants to know of files that have ended. What is noted already stays as it is.
-- $1 file_id  integer[]
-- $2 endpoints  jsonb   [{name, events, rejectsOver}]
insert into landfall.delivery (endpoint, event, subject, data)
select e.name, v.event, f.file_id::text, jsonb_build_object(
  'fileId', f.file_id, 'name', f.name, 'dataset', f.dataset, 'state', f.state, 'parentId', f.parent_id,
  'landedAt', to_char(f.landed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'finishedAt', to_char(f.finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'bytes', f.bytes,
  'rows', jsonb_build_object('parsed', f.rows_parsed, 'loaded', f.rows_loaded, 'rejected', f.rows_rejected,
    'deduplicated', f.rows_deduplicated),
  'error', f.error)
from landfall.file f
cross join jsonb_to_recordset($2) as e (name text, events text[], "rejectsOver" bigint)
cross join lateral (
  select 'file.' || f.state where f.state in ('done', 'failed')
  union all
  select 'file.rejects' where f.state = 'done' and f.rows_rejected > e."rejectsOver"
) as v (event)
where f.file_id = any($1::integer[]) and v.event = any(e.events)
order by f.file_id, e.name
on conflict do nothing

-- Moves a file from one of the states that lead to the new one (ledger/states.ts). The sums are taken from its
-- chunks. Null parameters leave a column as it is.
-- $1 file_id  integer
-- $2 state  file.state
-- $3 url  text null
-- $4 error  jsonb null   {code, message, fix}
-- $5 receipt  jsonb null
-- $6 duplicate_of  integer null
-- $7 content_hash  text null
-- $8 definition_version  text null
-- $9 layout  jsonb null
-- $10 common_id  uuid null   null: receipt and layout are stored whole
-- $11 common  jsonb null   what the file has in common with others
-- $12 before  text[]   states that lead to it; failing: it has not ended, and its error is on record
with noted as (
  insert into landfall.common (common_id, value) select $10::uuid, $11::jsonb where $10 is not null
  on conflict do nothing
)
update landfall.file f
set state = $2,
    url = coalesce($3, f.url),
    error = coalesce($4, f.error),
    receipt = coalesce($5, f.receipt),
    duplicate_of = coalesce($6, f.duplicate_of),
    content_hash = coalesce($7, f.content_hash),
    definition_version = coalesce($8, f.definition_version),
    layout = case when $10::uuid is null then coalesce($9, f.layout) end,
    common_id = $10,
    started_at = coalesce(f.started_at, case when $2 <> 'discovered' then now() end),
    finished_at = coalesce(f.finished_at, case when $2 in ('done', 'failed', 'duplicate', 'undone') then now() end),
    chunks_committed = c.chunks_committed,
    bytes_committed = c.bytes_committed,
    parts = c.parts,
    rows_parsed = c.rows_parsed,
    rows_loaded = c.rows_loaded,
    rows_rejected = c.rows_rejected,
    rows_deduplicated = c.rows_deduplicated
from (
  select
    count(*) filter (where state = 'committed') as chunks_committed,
    coalesce(sum(byte_end - byte_start) filter (where state = 'committed'), 0) as bytes_committed,
    coalesce(sum(parts), 0) as parts,
    coalesce(sum(rows_parsed), 0) as rows_parsed,
    coalesce(sum(rows_loaded), 0) as rows_loaded,
    coalesce(sum(rows_rejected), 0) as rows_rejected,
    coalesce(sum(rows_deduplicated), 0) as rows_deduplicated
  from landfall.chunk where file_id = $1
) c
where f.file_id = $1
  and case
    when f.error is not null and f.state in ('discovered', 'scanning', 'loading', 'finalising') then 'failing'
    else f.state
  end = any($12::text[])

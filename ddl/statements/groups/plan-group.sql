-- plan-file.sql and plan-chunks.sql for many files of one chunk each.
-- $1 definition_version  text
-- $2 file_id  integer[]
-- $3 content_hash  text[]
-- $4 layout  text[]   JSON
-- row chunk.*
with planned as (
  update landfall.file f
  set state = 'loading', content_hash = n.content_hash, definition_version = $1, layout = n.layout::jsonb,
      chunks = 1, started_at = coalesce(f.started_at, now())
  from unnest($2::integer[], $3::text[], $4::text[]) as n (file_id, content_hash, layout)
  where f.file_id = n.file_id
  returning f.file_id, f.bytes
)
insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start)
select file_id, 0, 0, bytes, 1 from planned order by file_id
returning *

-- Where the rows of chunks of a file went, in the order of their numbers, after one of them: what each sink counted, and
-- the parts that the manifest has.
-- $1 file_id  integer
-- $2 after_number  integer
-- $3 most  bigint
-- row chunk_id  integer
-- row number  integer
-- row state  chunk.state
-- row byte_start  bigint
-- row byte_end  bigint
-- row line_start  bigint
-- row rows_parsed  bigint
-- row rows_loaded  bigint
-- row rows_rejected  bigint
-- row rows_deduplicated  bigint
-- row accounts  chunk.accounts
-- row parts  json
select c.chunk_id, c.number, c.state, c.byte_start, c.byte_end, c.line_start,
  c.rows_parsed, c.rows_loaded, c.rows_rejected, c.rows_deduplicated, c.accounts,
  coalesce((
    select json_agg(json_build_object('path', coalesce(s.path, p.path), 'rows', p.rows, 'bytes', p.bytes) order by p.path)
    from landfall.part p left join landfall.shared_part s using (shared_id) where p.chunk_id = c.chunk_id), '[]') as parts
from landfall.chunk c
where c.file_id = $1 and c.number > $2
order by c.number
limit $3

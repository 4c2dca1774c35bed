-- Waiting rejects of a file by code and column, most frequent first, each with its first few.
-- $1 file_id  integer
-- $2 examples  integer   how many of each at most
-- row code  text
-- row column_name  text null
-- row count  bigint
-- row examples  json
select code, column_name, max(of_kind) as count,
  json_agg(json_strip_nulls(json_build_object('line', line, 'byteOffset', byte_offset, 'message', message,
    'raw', raw, 'entry', case when c.entry is not null
      then json_build_object('name', c.entry, 'line', line - c.entry_line + 1) end))
    order by byte_offset) as examples
from (
  select r.*,
    row_number() over (partition by code, column_name order by byte_offset) as number,
    count(*) over (partition by code, column_name) as of_kind
  from landfall.reject r
  where file_id = $1 and taken_by is null
) numbered
join landfall.chunk c using (chunk_id)
where numbered.number <= greatest($2, 1)
group by code, column_name
order by max(of_kind) desc, code, column_name

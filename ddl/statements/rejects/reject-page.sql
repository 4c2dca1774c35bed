-- Rejects of a file in the order of its bytes, after one of them. Null matches any code and column.
-- $1 file_id  integer
-- $2 code  text null
-- $3 column_name  text null   empty: those without a column
-- $4 after_offset  bigint null
-- $5 after_reject  bigint null
-- $6 most  bigint
-- row reject.*
-- row entry  text null
-- row line_in_entry  bigint null
select r.*, c.entry, r.line - c.entry_line + 1 as line_in_entry
from landfall.reject r join landfall.chunk c using (chunk_id)
where r.file_id = $1
  and ($2::text is null or r.code = $2)
  and ($3::text is null or coalesce(r.column_name, '') = $3)
  and ($4::bigint is null or (r.byte_offset, r.reject_id) > ($4, $5::bigint))
order by r.byte_offset, r.reject_id
limit $6

-- Rejects of a file in the order of its bytes.
-- $1 file_id  integer
-- $2 limit  bigint
-- row reject.*
-- row entry  text null
-- row line_in_entry  bigint null
select r.*, c.entry, r.line - c.entry_line + 1 as line_in_entry
from landfall.reject r join landfall.chunk c using (chunk_id)
where r.file_id = $1 order by r.byte_offset, r.reject_id limit $2

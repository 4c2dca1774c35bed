-- Waiting rejects of a file between two byte offsets, in the order of its bytes. Both bounds matter: with one
-- bound and a limit, a server without statistics of the table would sort all remaining rejects for every
-- page.
-- $1 file_id  integer
-- $2 byte_offset  bigint   after this one
-- $3 byte_offset  bigint   up to this one
-- row reject.*
-- row entry  text null
-- row line_in_entry  bigint null
-- row chunk_start  bigint   where its chunk begins, in the file or in what that unpacks to
-- row chunk_end  bigint
select r.*, c.entry, r.line - c.entry_line + 1 as line_in_entry,
  coalesce(c.unpacked_start, c.byte_start) as chunk_start, coalesce(c.unpacked_end, c.byte_end) as chunk_end
from landfall.reject r join landfall.chunk c using (chunk_id)
where r.file_id = $1 and r.taken_by is null and r.byte_offset > $2 and r.byte_offset <= $3
order by r.byte_offset

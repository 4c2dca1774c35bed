-- Rows of a chunk that repeat a key, in the order of its bytes, a page at a time.
-- $1 chunk_id  integer
-- $2 after  bigint   byte offset
-- $3 limit  bigint
-- row byte_offset  bigint
-- row rule_id  integer
-- row first_file  integer
-- row first_line  bigint
-- row name  text
select r.byte_offset, r.rule_id, r.first_file, r.first_line, f.name
from landfall.unique_repeat r join landfall.file f on f.file_id = r.first_file
where r.chunk_id = $1 and r.byte_offset > $2
order by r.byte_offset
limit $3

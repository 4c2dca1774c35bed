-- Rows of a chunk that repeat a key, in the order of its bytes, a page at a time.
-- $1 chunk_id  integer
-- $2 after  bigint   byte offset
-- $3 limit  bigint
-- row byte_offset  bigint
-- row rule_id  integer
-- row first_line  bigint
select byte_offset, rule_id, first_line
from landfall.unique_repeat
where chunk_id = $1 and byte_offset > $2
order by byte_offset
limit $3

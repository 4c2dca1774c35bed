-- Where the rows of a chunk begin that were rejected because another row has their key.
-- $1 chunk_id  integer
-- row byte_offset  bigint
select byte_offset from landfall.reject where chunk_id = $1 and code = 'LF_REJECT_UNIQUE'

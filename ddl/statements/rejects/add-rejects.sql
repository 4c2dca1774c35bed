-- Adds rejects of a chunk.
-- $1 file_id  integer
-- $2 chunk_id  integer
-- $3 definition_version  text
-- $4 byte_offset  bigint[]
-- $5 byte_length  bigint[] with nulls
-- $6 line  bigint[]
-- $7 column_name  text[] with nulls
-- $8 code  text[]
-- $9 message  text[]
-- $10 raw  text[]
insert into landfall.reject
  (file_id, chunk_id, definition_version, byte_offset, byte_length, line, column_name, code, message, raw)
select $1, $2, $3, *
from unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[])

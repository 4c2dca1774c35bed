-- $1 file_id  integer
-- $2 chunk_id  integer
-- $3 definition_version  text
-- $4 byte_offset  bigint[]
-- $5 line  bigint[]
-- $6 column_name  text[]
-- $7 code  text[]
-- $8 message  text[]
-- $9 raw  text[]
insert into landfall.reject
  (file_id, chunk_id, definition_version, byte_offset, line, column_name, code, message, raw)
select $1, $2, $3, *
from unnest($4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])

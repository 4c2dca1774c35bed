-- Adds the chunks of a file.
-- $1 file_id  integer
-- $2 number  integer[]
-- $3 byte_start  bigint[]
-- $4 byte_end  bigint[]
-- $5 line_start  bigint[]
-- $6 unpacked_start  bigint[] with nulls   null for a file that is not compressed
-- $7 unpacked_end  bigint[] with nulls
-- $8 entry  text[] with nulls   null unless the file is a zip file
-- $9 entry_line  bigint[] with nulls
insert into landfall.chunk
  (file_id, number, byte_start, byte_end, line_start, unpacked_start, unpacked_end, entry, entry_line)
select $1, * from unnest($2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
  $8::text[], $9::bigint[])

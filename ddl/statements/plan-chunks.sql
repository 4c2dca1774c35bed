-- $1 file_id  integer
-- $2 number  integer[]
-- $3 byte_start  bigint[]
-- $4 byte_end  bigint[]
-- $5 line_start  bigint[]
insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start)
select $1, * from unnest($2::integer[], $3::bigint[], $4::bigint[], $5::bigint[])

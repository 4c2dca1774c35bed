-- Hands rejects of a file over to the file that corrects or replays them, except those that another file has
-- taken.
-- $1 file_id  integer   the file that they belong to
-- $2 byte_offset  bigint[]
-- $3 taken_by  integer
update landfall.reject set taken_by = $3
where file_id = $1 and byte_offset = any($2::bigint[]) and taken_by is null

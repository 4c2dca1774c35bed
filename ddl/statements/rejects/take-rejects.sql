-- Hands rejects of a file over to the one that corrects or replays them; those that another has are left.
-- $1 file_id  integer   whose rejects they are
-- $2 byte_offset  bigint[]
-- $3 taken_by  integer
update landfall.reject set taken_by = $3
where file_id = $1 and byte_offset = any($2::bigint[]) and taken_by is null

-- Rejects of a file in the order of its bytes.
-- $1 file_id  integer
-- $2 limit  integer
select * from landfall.reject where file_id = $1 order by byte_offset, reject_id limit $2

-- Rejects of a file that nothing has mended or replayed, in the order of its bytes, from one offset on.
-- $1 file_id  integer
-- $2 byte_offset  bigint   after this one
-- $3 limit  integer
select * from landfall.reject
where file_id = $1 and taken_by is null and byte_offset > $2
order by byte_offset
limit $3

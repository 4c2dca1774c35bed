-- Rejects of a file that nothing has mended or replayed, in the order of its bytes, between two offsets. Both
-- bounds matter: with one and a limit, a server without statistics of the table sorts the rest for every page.
-- $1 file_id  integer
-- $2 byte_offset  bigint   after this one
-- $3 byte_offset  bigint   up to this one
select * from landfall.reject
where file_id = $1 and taken_by is null and byte_offset > $2 and byte_offset <= $3
order by byte_offset

-- How many rejects of a file wait, and how many bytes they have.
-- $1 file_id  integer
-- row rejects  bigint
-- row bytes  bigint
select count(*) as rejects, coalesce(sum(coalesce(byte_length, octet_length(raw))), 0)::bigint as bytes
from landfall.reject where file_id = $1 and taken_by is null

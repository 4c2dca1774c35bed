-- Lists parts that chunks share. Fewer rows: somebody has taken the writer of one for dead, and has deleted it.
-- $1 shared_id  integer[]
-- $2 rows  bigint[]
-- $3 bytes  bigint[]
update landfall.shared_part s set rows = n.rows, bytes = n.bytes, listed = true
from unnest($1::integer[], $2::bigint[], $3::bigint[]) as n (shared_id, rows, bytes)
where s.shared_id = n.shared_id and not s.listed

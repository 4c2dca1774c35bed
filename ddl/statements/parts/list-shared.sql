-- Lists a part that chunks share. No row: somebody has taken its writer for dead, and has deleted it.
-- $1 shared_id  integer
-- $2 rows  bigint
-- $3 bytes  bigint
update landfall.shared_part set rows = $2, bytes = $3, listed = true where shared_id = $1 and not listed

-- In the transaction in which a file fails.
-- $1 file_id  integer
-- $2 checks  jsonb   [{name, ok, detail}]
update landfall.file set failed_checks = $2 where file_id = $1

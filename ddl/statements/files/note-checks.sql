-- Keeps the checks that a file fails with until its receipt has them, in the transaction in which it fails.
-- $1 file_id  integer
-- $2 checks  jsonb   [{name, ok, detail}]
update landfall.file set failed_checks = $2 where file_id = $1

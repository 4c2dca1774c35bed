-- Puts on record why a file fails, before anything of it is removed: from here on it is failing. The first
-- reason stays. Nothing where the file has ended.
-- $1 file_id  integer
-- $2 error  jsonb   {code, message, fix}
-- $3 checks  jsonb null   [{name, ok, detail}]
update landfall.file set error = $2, failed_checks = $3
where file_id = $1 and error is null and state in ('discovered', 'scanning', 'loading', 'finalising')

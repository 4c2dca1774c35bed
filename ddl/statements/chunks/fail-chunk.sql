-- Fails a chunk for good, unless another worker has taken it over since.
-- $1 chunk_id  integer
-- $2 error  jsonb   {code, message, fix}
-- $3 worker  text null   the worker that gives it up; null: no worker has it
update landfall.chunk set state = 'failed', error = $2
where chunk_id = $1 and state = 'planned' and ($3::text is null or worker = $3)

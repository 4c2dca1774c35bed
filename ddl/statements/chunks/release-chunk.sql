-- The worker that has a chunk gives it back, or says why it waits: it lives, and the chunk has not killed it.
-- $1 chunk_id  integer
-- $2 worker  text
-- $3 error  jsonb null   {code, message, fix} of the try that failed; null leaves what is there
-- $4 keeps  boolean   whether the worker will try again itself
update landfall.chunk
set worker = case when $4 then worker end, error = coalesce($3, error)
where chunk_id = $1 and state = 'planned' and worker = $2

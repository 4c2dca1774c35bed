-- Gives a chunk back, or notes why its worker waits with it. Either way the worker is alive, so the chunk is
-- not suspected of ending it.
-- $1 chunk_id  integer
-- $2 worker  text
-- $3 error  jsonb null   {code, message, fix} why the attempt failed; null keeps the last reason
-- $4 keeps  boolean   whether the worker keeps it, to try again
update landfall.chunk
set worker = case when $4 then worker end, error = coalesce($3, error)
where chunk_id = $1 and state = 'planned' and worker = $2

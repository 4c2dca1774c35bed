-- A chunk that failed for good.
-- $1 chunk_id  integer
-- $2 error  jsonb   {code, message, fix}
update landfall.chunk set state = 'failed', error = $2
where chunk_id = $1 and state = 'planned'

-- Gives back the chunks that a worker has claimed for a group and not committed.
-- $1 chunk_id  integer[]
-- $2 worker  text
update landfall.chunk set worker = null
where chunk_id = any($1) and state = 'planned' and worker = $2

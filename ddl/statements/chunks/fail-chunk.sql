-- A chunk that failed for good. One that another worker has taken over since is that worker's to judge.
-- $1 chunk_id  integer
-- $2 error  jsonb   {code, message, fix}
-- $3 worker  text null   who has it and gives it up; null: nobody has it
update landfall.chunk set state = 'failed', error = $2
where chunk_id = $1 and state = 'planned' and ($3::text is null or worker = $3)

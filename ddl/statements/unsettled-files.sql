-- Finished files of a scope that still lie in the landing folder, or failed without a receipt: the process
-- ended before it could put them away.
-- $1 scope  text
-- $2 landing  text   address that theirs begins with
select * from landfall.file
where scope = $1 and state in ('done', 'failed', 'duplicate')
  and (receipt is null or (origin = 'landing' and starts_with(url, $2)))
order by file_id

-- Finished files of a scope that are not put away: the process ended before it could do so. They still lie in
-- the landing folder, or among the failed ones though they have been loaded since; or they are in flight
-- from one to the other, or failed without a receipt.
-- $1 scope  text
-- $2 landing  text null   address that files in the landing folder begin with
-- $3 failed  text null   the same of failed files
-- row file.*
select * from landfall.file
where scope = $1 and state in ('done', 'failed', 'duplicate', 'undone') and (
  receipt is null or moving_to is not null or (origin = 'landing' and (
    starts_with(url, $2) or (state <> 'failed' and starts_with(url, $3)))))
order by file_id

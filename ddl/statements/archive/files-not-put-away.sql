-- Finished files of a scope that are not in their final place, because the process ended before it could put
-- them there: they lie in the landing folder, or among the failed files although they have been loaded since;
-- or they are being moved, or have no receipt. One that was moved (away) is in its place. Children are put away with their parents.
-- $1 scope  text
-- $2 landing  text null   what addresses in the landing folder begin with; null: not looked at
-- $3 failed  text null   what addresses of failed files begin with; null: not looked at
-- row file.*
select * from landfall.file
where scope = $1 and away is null and parent_id is null and state in ('done', 'failed', 'duplicate', 'undone')
  and (receipt is null or moving_to is not null or origin = 'landing') and (
  receipt is null or moving_to is not null or (origin = 'landing' and (
    starts_with(url, $2) or (state <> 'failed' and starts_with(url, $3)))))
order by file_id

-- Forgets a scope whose queues are gone, unless files of it have still to be ended or put away.
-- $1 scope  text
-- $2 landing  text null   address that files in the landing folder begin with
-- $3 failed  text null   the same of failed files
delete from landfall.scope
where scope = $1 and not exists (
  select from landfall.file f
  where f.scope = $1 and (
    f.state in ('discovered', 'scanning', 'loading', 'finalising') or f.receipt is null or
    f.moving_to is not null or (f.origin = 'landing' and (
      starts_with(f.url, $2) or (f.state <> 'failed' and starts_with(f.url, $3)))))
)

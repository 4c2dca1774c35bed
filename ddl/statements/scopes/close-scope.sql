-- Forgets a scope whose queues are gone, unless some of its files have not ended or are not put away.
-- $1 scope  text
-- $2 landing  text null   what addresses in the landing folder begin with; null: not looked at
-- $3 failed  text null   what addresses of failed files begin with; null: not looked at
delete from landfall.scope
where scope = $1 and not exists (
  select from landfall.file f
  where f.scope = $1 and f.state in ('discovered', 'scanning', 'loading', 'finalising')
) and not exists (
  select from landfall.file f
  where f.scope = $1 and f.away is null and f.parent_id is null and f.state in ('done', 'failed', 'duplicate', 'undone')
    and (f.receipt is null or f.moving_to is not null or f.origin = 'landing') and (
    f.receipt is null or f.moving_to is not null or (f.origin = 'landing' and (
      starts_with(f.url, $2) or (f.state <> 'failed' and starts_with(f.url, $3)))))
)

-- What `landfall prune` has given up.

alter table landfall.file
  -- When its object was given up: it is not where url says, or will not be for long. Its rows stay where they are.
  add column pruned_at timestamptz,
  -- Its object may still be there: a prune was interrupted. Otherwise null.
  add column pruning boolean;
create index file_pruning on landfall.file (file_id) where pruning;

-- Why the object of a file that has ended is still needed at a time; null: it is not.
--   in use   another file with the same object has not ended, or ended later; or one that comes from it has not
--   rejects  rejects of it, or of its children, wait: they are read from the object when they are replayed
create function landfall.why_kept(of_file integer, of_url text, before timestamptz)
returns text language sql stable as $$
  select case
    when exists (
      select from landfall.file o where o.url = of_url
        and (o.finished_at is null or o.finished_at >= before or o.receipt is null or o.moving_to is not null)
    ) or exists (
      select from landfall.file l where l.linked_to = of_file
        and l.state in ('discovered', 'scanning', 'loading', 'finalising')
    ) then 'in use'
    when exists (
      select from landfall.file o join landfall.reject r on r.file_id = o.file_id
      where o.url = of_url and o.state = 'done' and r.taken_by is null
    ) then 'rejects'
  end
$$;

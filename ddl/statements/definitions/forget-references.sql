-- Removes the versions of a reference table that no file was planned with in the last week and no file needs: one that
-- is loading, or one that is done, whose rows may be loaded again beside the star. Datasets share versions.
-- $1 dataset  text
-- $2 name  text
delete from landfall.reference r
where r.dataset = $1 and r.name = $2 and r.used_at < now() - interval '7 days'
  and not exists (
    select from landfall.file f left join landfall.common c using (common_id)
    where f.state in ('loading', 'finalising', 'done')
      and coalesce(f.layout, c.value->'layout')->'references'->$2->>'version' = r.version
  )

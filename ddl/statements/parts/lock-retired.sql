-- Parts that were retired some time ago, locked until they are deleted. Not those that a repair is writing again.
-- $1 dataset  text null
-- $2 seconds  double precision
-- $3 as_promised  boolean   each as long as was said when it was retired; $2 counts where nothing was said
-- $4 most  bigint
-- row path  text
-- row bytes  bigint
select r.path, r.bytes from landfall.retired_part r
where ($1::text is null or r.dataset = $1)
  and coalesce(case when $3 then r.kept_until end, r.retired_at + make_interval(secs => $2)) <= now()
  and not exists (select from landfall.part p where p.path = r.path and p.shared_id is null)
order by r.path
limit $4
for update skip locked

-- Parts that were retired some time ago, locked until they are deleted. Not those that a repair is writing again.
-- $1 dataset  text null
-- $2 seconds  double precision
-- $3 most  bigint
-- row path  text
-- row bytes  bigint
select r.path, r.bytes from landfall.retired_part r
where ($1::text is null or r.dataset = $1) and r.retired_at <= now() - make_interval(secs => $2)
  and not exists (select from landfall.part p where p.path = r.path and p.shared_id is null)
order by r.path
limit $3
for update skip locked

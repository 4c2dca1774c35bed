-- Retires shared parts in which no rows count any more.
-- $1 dataset  text null   null: of all datasets
-- $2 keep_seconds  double precision
insert into landfall.retired_part (path, dataset, bytes, kept_until)
select s.path, s.dataset, s.bytes, now() + make_interval(secs => $2) from landfall.shared_part s
where ($1::text is null or s.dataset = $1) and s.listed
  and not exists (select from landfall.part p where p.shared_id = s.shared_id)
on conflict (path) do nothing

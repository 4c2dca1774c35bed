-- Retires shared parts of a dataset in which no rows count any more.
-- $1 dataset  text
insert into landfall.retired_part (path, dataset, bytes)
select s.path, s.dataset, s.bytes from landfall.shared_part s
where s.dataset = $1 and s.listed and not exists (select from landfall.part p where p.shared_id = s.shared_id)
on conflict (path) do nothing

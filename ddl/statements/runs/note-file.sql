-- Adds a file that a run has fetched. One that is noted already, by this run or because it is in flight, is returned as
-- it is.
-- $1 run_id  integer
-- $2 dataset  text
-- $3 name  text
-- $4 url  text
-- $5 scope  text
-- $6 bytes  bigint
-- $7 fingerprint  text
-- row file.*
with noted as materialized (
  select file_id from landfall.file where run_id = $1 and name = $3 and url = $4 and fingerprint = $7
), added as (
  insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, run_id)
  select $2, $3, $4, $5, 'landing', $6, $7, $1 where not exists (select from noted)
  on conflict (scope, url, fingerprint) where state in ('discovered', 'scanning', 'loading', 'finalising') and parent_id is null
  do update set url = excluded.url
  returning *
)
select * from added
union all
select f.* from landfall.file f join noted using (file_id)

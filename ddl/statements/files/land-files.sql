-- Adds files of the landing folder, no two of the same address. A file that is in flight already (same scope,
-- address and fingerprint) is returned as it is. Returns no row for a file that has ended under an earlier
-- number and is just being put away.
-- $1 dataset  text[]
-- $2 name  text[]
-- $3 url  text[]
-- $4 bytes  bigint[]
-- $5 fingerprint  text[]
-- $6 scope  text
-- row file.*
insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint)
select n.dataset, n.name, n.url, $6, 'landing', n.bytes, n.fingerprint
from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[]) with ordinality
  as n (dataset, name, url, bytes, fingerprint, place)
where not exists (
  select 1 from landfall.file f
  where f.dataset = n.dataset and f.name = n.name and f.url = n.url and f.fingerprint = n.fingerprint
    and f.scope = $6 and f.origin = 'landing' and f.state in ('done', 'failed', 'duplicate', 'undone')
)
order by n.place
on conflict (scope, url, fingerprint) where state in ('discovered', 'scanning', 'loading', 'finalising') and parent_id is null
do update set url = excluded.url
returning *

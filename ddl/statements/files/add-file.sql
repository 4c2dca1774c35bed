-- Adds a file that has landed. A file that is in flight already (same scope, address and fingerprint) is
-- returned as it is. One that is loaded again stays accepted, and it or its rejects were seen when the first was.
-- $1 dataset  text
-- $2 name  text
-- $3 url  text
-- $4 scope  text
-- $5 origin  file.origin   landing | ingest | replay
-- $6 bytes  bigint
-- $7 fingerprint  text
-- $8 link  file.link null   null: it comes from no other file
-- $9 linked_to  integer null
-- row file.*
insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint, link, linked_to, accepted, seen_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
  $8 = 'reloads' and exists (select from landfall.file where file_id = $9 and accepted),
  coalesce((select seen_at from landfall.file where file_id = $9 and $8 in ('reloads', 'replays')), now()))
on conflict (scope, url, fingerprint) where state in ('discovered', 'scanning', 'loading', 'finalising') and parent_id is null
do update set url = excluded.url
returning *

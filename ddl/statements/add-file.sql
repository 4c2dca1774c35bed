-- Notes a landed file. One that is on its way already (same scope, address and fingerprint) is returned as it is.
-- $1 dataset  text
-- $2 name  text
-- $3 url  text
-- $4 scope  text
-- $5 origin  text   landing | ingest
-- $6 bytes  bigint
-- $7 fingerprint  text
insert into landfall.file (dataset, name, url, scope, origin, bytes, fingerprint)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (scope, url, fingerprint) where state in ('discovered', 'surveying', 'loading', 'finalising')
do update set url = excluded.url
returning *

-- moved-file.sql for many files.
-- $1 old_url  text[]
-- $2 url  text[]
-- $3 fingerprint  text[]
update landfall.file f set url = n.url, moving_to = null, away = true
from unnest($1::text[], $2::text[], $3::text[]) as n (old_url, url, fingerprint)
where hashtext(f.url) = hashtext(n.old_url) and f.url = n.old_url and f.fingerprint = n.fingerprint
  and f.state in ('done', 'failed', 'duplicate', 'undone')

-- note-move.sql for many files.
-- $1 file_id  integer[]
-- $2 url  text[]
update landfall.file f set moving_to = n.url
from unnest($1::integer[], $2::text[]) as n (file_id, url)
where f.file_id = n.file_id

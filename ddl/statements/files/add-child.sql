-- Adds a child of a file that has just been planned. What landed, and what a person asked for, is as with its parent.
-- $1 parent_id  integer
-- $2 dataset  text
-- $3 content_hash  text
-- $4 definition_version  text
-- $5 layout  jsonb
-- $6 link  file.link null   null: it comes from no other file
-- $7 linked_to  integer null
-- row file.*
insert into landfall.file (parent_id, dataset, name, url, scope, origin, bytes, fingerprint, landed_at, seen_at,
  accepted, content_hash, definition_version, layout, link, linked_to, state, chunks, started_at)
select file_id, $2, name, url, scope, origin, bytes, fingerprint, landed_at, seen_at,
  accepted, $3, $4, $5, $6, $7, 'loading', chunks, started_at
from landfall.file where file_id = $1
returning *

-- Takes the parts of a chunk out of the manifest, except these, which are about to be written again: they are retired no
-- more. Waits while they are being deleted.
-- $1 chunk_id  integer
-- $2 path  text[]
with kept as (
  delete from landfall.retired_part where path = any($2::text[])
)
delete from landfall.part where chunk_id = $1 and path <> all($2::text[])

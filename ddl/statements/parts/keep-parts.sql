-- Takes the parts of a chunk out of the manifest, except these.
-- $1 chunk_id  integer
-- $2 path  text[]
delete from landfall.part where chunk_id = $1 and path <> all($2::text[])

-- Where the live runs of a source stand.
-- $1 dataset  text
-- $2 source  text
-- row cursor  jsonb null
-- row moved_at  timestamptz null
select cursor, moved_at from landfall.source where dataset = $1 and name = $2

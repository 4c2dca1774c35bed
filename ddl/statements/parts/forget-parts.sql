-- Forgets parts that are deleted from the lake.
-- $1 path  text[]
with forgotten as (
  delete from landfall.retired_part where path = any($1::text[])
)
delete from landfall.shared_part where path = any($1::text[])

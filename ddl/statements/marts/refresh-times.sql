-- When the last refreshes of marts of a dataset began.
-- $1 dataset  text
-- $2 names  text[]
-- row name  text
-- row refreshed_at  timestamptz not null
select name, refreshed_at from landfall.mart
where dataset = $1 and name = any($2) and refreshed_at is not null

-- Begins a verification, or returns the one that was interrupted.
-- $1 what  text
-- $2 seed  integer
-- $3 again  boolean   begin from the first file even if one was interrupted
-- row seed  integer
-- row position  integer
-- row files  integer
-- row broken  integer[]
-- row started_at  timestamptz
insert into landfall.verification as v (what, seed) values ($1, $2)
on conflict (what) do update
set seed = case when $3 then excluded.seed else v.seed end,
    position = case when $3 then 0 else v.position end,
    files = case when $3 then 0 else v.files end,
    broken = case when $3 then '{}' else v.broken end,
    started_at = case when $3 then now() else v.started_at end
returning seed, position, files, broken, started_at

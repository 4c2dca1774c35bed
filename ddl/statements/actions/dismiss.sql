-- Dismisses a notice, or another occurrence of it.
-- $1 kind  text
-- $2 key  text
-- $3 occurrence  text
-- $4 dismissed_by  text null
insert into landfall.dismissal (kind, key, occurrence, dismissed_by) values ($1, $2, $3, $4)
on conflict (kind, key) do update
set occurrence = excluded.occurrence, dismissed_at = now(), dismissed_by = excluded.dismissed_by

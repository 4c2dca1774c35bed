-- Notes for each endpoint what it wants to know, unless it is noted already. Returns what is new.
-- $1 endpoints  text[]
-- $2 event  text
-- $3 subject  text
-- $4 data  jsonb
-- row delivery.*
insert into landfall.delivery (endpoint, event, subject, data)
select endpoint, $2, $3, $4 from unnest($1::text[]) as endpoint
on conflict do nothing
returning *

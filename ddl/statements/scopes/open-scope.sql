-- Notes a scope, before anything is done in it.
-- $1 scope  text
insert into landfall.scope (scope) values ($1) on conflict do nothing

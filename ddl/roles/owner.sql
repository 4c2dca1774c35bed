-- The schemas that Landfall works in, and a role without a login that owns them. Run it with psql, connected to
-- Landfall's database as a superuser or as the owner of the database with CREATEROLE; then loader.sql and reader.sql.
-- It may be repeated: with another schema in the list, it makes that one.
--
--   psql "$ADMIN_URL" -f ddl/roles/owner.sql
--
-- Variables (-v owner=warehouse_owner) and their defaults:
--   owner    landfall_owner
--   schemas  star             those of stars, separated by commas; `landfall` and `bullmq` are always made
\set ON_ERROR_STOP on
\if :{?owner}
\else
  \set owner landfall_owner
\endif
\if :{?schemas}
\else
  \set schemas star
\endif

select format('create role %I nologin', :'owner')
where not exists (select from pg_roles where rolname = :'owner') \gexec

-- Who is not a superuser may create a schema for a role only as its member.
select format('grant %I to current_user', :'owner')
where not (select rolsuper from pg_roles where rolname = current_user) \gexec

-- The ledger, the queue where it is in PostgreSQL, and the stars.
select format('create schema %I authorization %I', name, :'owner')
from unnest(string_to_array('landfall,bullmq,' || :'schemas', ',')) as name
where to_regnamespace(quote_ident(name)) is null \gexec

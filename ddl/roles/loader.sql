-- The role that Landfall connects with. It creates and owns tables in the schemas that owner.sql has made, and needs no
-- CREATE on the database. Run it with psql after owner.sql, as the same administrator. It may be repeated.
--
--   psql "$ADMIN_URL" -f ddl/roles/loader.sql
--   psql "$ADMIN_URL" -c '\password landfall_loader'
--
-- Variables (-v loader=warehouse_loader) and their defaults:
--   loader   landfall_loader
--   schemas  star             as for owner.sql
\set ON_ERROR_STOP on
\if :{?loader}
\else
  \set loader landfall_loader
\endif
\if :{?schemas}
\else
  \set schemas star
\endif

select format('create role %I login', :'loader')
where not exists (select from pg_roles where rolname = :'loader') \gexec

-- Temporary tables: files of keyed datasets, rollups and rules of uniqueness need them.
grant connect, temporary on database :"DBNAME" to :"loader";

select format('grant usage, create on schema %I to %I', name, :'loader')
from unnest(string_to_array('landfall,bullmq,' || :'schemas', ',')) as name \gexec

-- Landfall waits for sessions that still read a mart before it replaces it. It sees those of other roles with this.
select format(
  'do $do$ begin grant pg_read_all_stats to %I; exception when insufficient_privilege then '
  'raise notice ''a superuser has to run: grant pg_read_all_stats to %I''; end $do$', :'loader', :'loader') \gexec

-- A role that reads the warehouse and changes nothing: for Superset, Metabase, pgAdmin and people. Run it with psql, as
-- an administrator or as the role that Landfall connects with; again after Landfall's first start and after an update,
-- for what is new in the ledger. Tables and marts that come later can be read without that.
--
--   psql "$ADMIN_URL" -f ddl/roles/reader.sql
--   psql "$ADMIN_URL" -c '\password landfall_reader'
--
-- Variables (-v reader=analyst) and their defaults:
--   reader   landfall_reader
--   loader   landfall_loader if there is such a role, else the role that runs this
--   schemas  star             as for owner.sql
\set ON_ERROR_STOP on
\if :{?reader}
\else
  \set reader landfall_reader
\endif
\if :{?loader}
\else
  select coalesce((select rolname from pg_roles where rolname = 'landfall_loader'), current_user) as loader \gset
\endif
\if :{?schemas}
\else
  \set schemas star
\endif

select format('create role %I login', :'reader')
where not exists (select from pg_roles where rolname = :'reader') \gexec

-- A session may set these back, and then still has no right to write.
alter role :"reader" set default_transaction_read_only = on;
alter role :"reader" set statement_timeout = '5min';
alter role :"reader" connection limit 30;
grant connect on database :"DBNAME" to :"reader";

-- Who is not a superuser may grant what the loader owns only as its member.
select format('grant %I to current_user', :'loader')
where current_user <> :'loader' and not (select rolsuper from pg_roles where rolname = current_user) \gexec

-- Facts, dimensions, marts, and those that come later.
select statement from unnest(string_to_array(:'schemas', ',')) with ordinality as schema (name, n),
lateral (values
  (1, case when to_regnamespace(quote_ident(name)) is null
      then format('create schema %I authorization %I', name, :'loader') end),
  (2, format('grant usage on schema %I to %I', name, :'reader')),
  (3, format('grant select on all tables in schema %I to %I', name, :'reader')),
  (4, format('alter default privileges for role %I in schema %I grant select on tables to %I', :'loader', name, :'reader'))
) as each (step, statement) where statement is not null order by n, step \gexec

-- Of the ledger what deploy/README.md describes. Rejects hold raw rows, and runs the positions of sources: not these.
select format('grant usage on schema landfall to %I', :'reader') where to_regnamespace('landfall') is not null \gexec
select format('grant select on landfall.%I to %I', name, :'reader')
from unnest(array['file', 'chunk', 'manifest', 'snapshot', 'mart']) as name
where to_regclass('landfall.' || name) is not null \gexec

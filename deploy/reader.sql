-- A role that reads the warehouse and changes nothing: for Superset, Metabase, pgAdmin and people. Run it as the role
-- that Landfall connects with, which makes the tables; again after an update of Landfall. Then give it a password:
--
--   psql "$DATABASE_URL" -f deploy/reader.sql -c "alter role landfall_reader password '…'"

do $$
begin
  create role landfall_reader login;
exception
  when duplicate_object then null;
end
$$;

-- A session may set this back, and then still has no right to write.
alter role landfall_reader set default_transaction_read_only = on;
alter role landfall_reader set statement_timeout = '5min';
alter role landfall_reader connection limit 30;

do $$
begin
  execute format('grant connect on database %I to landfall_reader', current_database());
end
$$;

-- Facts, dimensions, marts, and those that come later.
create schema if not exists star;
grant usage on schema star to landfall_reader;
grant select on all tables in schema star to landfall_reader;
alter default privileges in schema star grant select on tables to landfall_reader;

-- Of the ledger what deploy/README.md describes. Rejects hold raw rows, and runs the positions of sources: not these.
grant usage on schema landfall to landfall_reader;
grant select on landfall.file, landfall.chunk, landfall.manifest, landfall.snapshot, landfall.mart to landfall_reader;

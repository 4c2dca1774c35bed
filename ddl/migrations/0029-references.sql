-- Versions of reference tables: what each had when a file was planned. All chunks of the file are joined with it,
-- on whichever host.
create table landfall.reference (
  version  text primary key,  -- hash of the content and of how it is read
  dataset  text not null,
  name     text not null,
  layout   jsonb not null,
  content  bytea not null,
  rows     integer not null,
  used_at  timestamptz not null default now()  -- when a file was last planned with it
);

create index reference_by_name on landfall.reference (dataset, name);

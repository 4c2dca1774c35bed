-- Up to which files the marts of a dataset hold: they are refreshed once for many files, so a process may
-- end in between.
create table landfall.mart_refresh (
  dataset       text primary key,
  files         bigint not null,           -- done when they were last refreshed
  refreshed_at  timestamptz not null default now()
);

-- Files that come from other files, and files that are taken out again.

-- done ─▶ undone: its facts, parts and rejects are gone; its receipt stays, with a note of when and why.
alter table landfall.file
  drop constraint file_state_check,
  add constraint file_state_check check (state in
    ('discovered', 'surveying', 'loading', 'finalising', 'done', 'failed', 'duplicate', 'undone')),
  drop constraint file_origin_check,
  add constraint file_origin_check check (origin in ('landing', 'ingest', 'replay'));
alter table landfall.chunk
  drop constraint chunk_state_check,
  add constraint chunk_state_check check (state in ('planned', 'committed', 'failed', 'undone'));

-- mends     rejects of linked_to, mended by a person        replays   the same, as they stand
-- reloads   linked_to as a whole, which failed or was undone
-- replaces  a new version of linked_to, which is undone when this is done
-- follows   a new version of linked_to, which stays
alter table landfall.file
  add column link text check (link in ('mends', 'replays', 'reloads', 'replaces', 'follows')),
  add column linked_to integer references landfall.file,
  add constraint file_link_whole check ((link is null) = (linked_to is null)),
  -- Its parts are out of the manifest and may still lie in the lake.
  add column unswept boolean not null default false;
create index file_by_link on landfall.file (linked_to) where linked_to is not null;
create index file_by_name on landfall.file (dataset, name);
create index file_unswept on landfall.file (file_id) where unswept;

alter table landfall.reject
  -- Of the record in its file, without its line end; null for those of before.
  add column byte_length bigint,
  -- The file that mends or replays it. Set when that file is planned, cleared when it fails or is undone:
  -- a row is waiting in one place, or loaded, and never both.
  add column taken_by integer references landfall.file;
create index reject_by_taker on landfall.reject (taken_by) where taken_by is not null;

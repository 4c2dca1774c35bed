-- The ledger: what has happened to each file and chunk. The one source of truth.

-- One row: tells this database from others that share a Redis with it.
create table landfall.installation (
  id    text not null default gen_random_uuid()::text,
  one   boolean primary key default true check (one)
);
insert into landfall.installation default values;

create table landfall.definition (
  version     text primary key,            -- 16 hex digits: hash of the compiled definition
  dataset     text not null,
  definition  jsonb not null,
  created_at  timestamptz not null default now()
);

-- discovered ─▶ surveying ─▶ loading ─▶ finalising ─▶ done
--      │            │           │            │
--      ├─▶ duplicate│           │            │
--      └────────────┴───────────┴────────────┴─▶ failed
create table landfall.file (
  file_id            integer generated always as identity primary key,
  dataset            text not null,
  name               text not null,        -- as landed, relative to landing/<dataset>/
  url                text not null,        -- where its bytes are read now: file:///… or s3://…
  scope              text not null,        -- the queue scope whose coordinator owns it: 'pool' or one ingest run
  origin             text not null check (origin in ('landing', 'ingest')),
  bytes              bigint not null,
  fingerprint        text not null,        -- storage's cheap identity (size, mtime, inode or etag): a change means another file
  content_hash       text,                 -- 'sha256:' || hex over the hashes of its 4 MiB blocks
  duplicate_of       integer references landfall.file,
  definition_version text references landfall.definition,
  layout             jsonb,                -- dialect, header, field numbers: how this file is read
  state              text not null default 'discovered'
                     check (state in ('discovered', 'surveying', 'loading', 'finalising', 'done', 'failed', 'duplicate')),
  chunks             integer not null default 0,
  -- Sums over its chunks, written when the file is finished. Until then they are counted from the chunks.
  chunks_committed   integer not null default 0,
  bytes_committed    bigint not null default 0,
  parts              integer not null default 0,
  rows_parsed        bigint not null default 0,
  rows_loaded        bigint not null default 0,
  rows_rejected      bigint not null default 0,
  rows_deduplicated  bigint not null default 0,
  receipt            jsonb,
  error              jsonb,                -- {code, message, fix}
  landed_at          timestamptz not null default now(),
  started_at         timestamptz,
  finished_at        timestamptz
);
-- The same bytes are loaded once, whoever plans them.
create unique index file_by_content on landfall.file (dataset, content_hash)
  where state in ('loading', 'finalising', 'done');
-- A file that is seen twice while it is on its way is one file.
create unique index file_unfinished on landfall.file (scope, url, fingerprint)
  where state in ('discovered', 'surveying', 'loading', 'finalising');
create index file_by_end on landfall.file (finished_at);

-- What a worker found in one block range of a file before it is planned.
create table landfall.survey (
  file_id     integer not null references landfall.file on delete cascade,
  number      integer not null,
  byte_start  bigint not null,
  byte_end    bigint not null,
  block_hashes bytea not null,             -- 32 bytes for each 4 MiB block
  result      jsonb not null,              -- kernel RangeSurvey of each of its pieces, in order
  primary key (file_id, number)
);

-- planned ─▶ committed ─▶ failed   (its file failed and was unloaded)
--    └─────▶ failed                 claim counts the workers that took it; only the latest may commit
create table landfall.chunk (
  chunk_id      integer generated always as identity primary key,
  file_id       integer not null references landfall.file on delete cascade,
  number        integer not null,
  byte_start    bigint not null,
  byte_end      bigint not null,
  line_start    bigint not null,           -- 1-based line in the file of the chunk's first byte
  state         text not null default 'planned' check (state in ('planned', 'committed', 'failed')),
  claim         integer not null default 0,
  worker        text,
  rows_parsed       bigint not null default 0,
  rows_loaded       bigint not null default 0,
  rows_rejected     bigint not null default 0,
  rows_deduplicated bigint not null default 0,
  parts         integer not null default 0,
  error         jsonb,
  claimed_at    timestamptz,
  committed_at  timestamptz,
  unique (file_id, number)
);

-- The manifest: committed parts of the lake, and only those.
create table landfall.part (
  path       text primary key,             -- relative to the lake's root
  chunk_id   integer not null references landfall.chunk on delete cascade,
  file_id    integer not null,
  dataset    text not null,
  rows       bigint not null,
  bytes      bigint not null
);
create index part_by_chunk on landfall.part (chunk_id);
create index part_by_file on landfall.part (file_id);

create table landfall.reject (
  reject_id   bigint generated always as identity primary key,
  file_id     integer not null,
  chunk_id    integer not null references landfall.chunk on delete cascade,
  byte_offset bigint not null,
  line        bigint not null,
  column_name text,
  code        text not null,
  message     text not null,
  raw         text not null,
  definition_version text not null
);
create index reject_by_file on landfall.reject (file_id, byte_offset);
create index reject_by_chunk on landfall.reject (chunk_id);

-- Every change of state is announced with the transaction that makes it, whoever makes it. What is said
-- is only where to look: {"fileId": 1, "kind": "file"} or {"fileId": 1, "kind": "chunk", "chunkNumber": 2}.
create function landfall.announce_file() returns trigger language plpgsql as $$
begin
  perform pg_notify('landfall_change', json_build_object('fileId', coalesce(new.file_id, old.file_id), 'kind', 'file')::text);
  return null;
end
$$;
create trigger announce after insert or update or delete on landfall.file
  for each row execute function landfall.announce_file();

-- Only commits name the chunk: identical notifications of one transaction are sent once, so that
-- unloading a file of a thousand chunks says one thing.
create function landfall.announce_chunk() returns trigger language plpgsql as $$
begin
  perform pg_notify('landfall_change', case
    when new.state = 'committed'
      then json_build_object('fileId', new.file_id, 'kind', 'chunk', 'chunkNumber', new.number)
    else json_build_object('fileId', new.file_id, 'kind', 'chunk')
  end::text);
  return null;
end
$$;
create trigger announce after update of state on landfall.chunk
  for each row when (old.state is distinct from new.state) execute function landfall.announce_chunk();

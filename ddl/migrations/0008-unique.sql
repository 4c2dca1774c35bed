-- Keys that unique rules watch: exact, whoever loads what in which order.
--
--   a chunk's keys noted ─▶ (all of the file's) ─▶ file settled: repeats found, keys of other rows kept

-- What a rule is about; its name may change.
create table landfall.unique_rule (
  rule_id  integer generated always as identity primary key,
  dataset  text not null,
  about    jsonb not null,                 -- scope, columns and their types
  unique (dataset, about)
);

-- A row that has a key; before its file is settled, one that wants it. Many rows, hence no key of its own.
create table landfall.unique_key (
  rule_id      integer not null,
  key          uuid not null,              -- the first 16 bytes of a SHA-256 of the values
  file_id      integer not null,
  chunk_id     integer not null,
  byte_offset  bigint not null,            -- -1: loaded before there was the rule
  line         bigint not null
);
create index unique_key_by_key on landfall.unique_key (rule_id, key);
create index unique_key_by_chunk on landfall.unique_key using brin (chunk_id);

-- Files whose keys are settled: they have the keys that are noted for them, and no others.
create table landfall.unique_file (
  file_id  integer not null references landfall.file,
  rule_id  integer not null references landfall.unique_rule,
  primary key (file_id, rule_id)
);

-- Rows that repeat the key of another, until their chunk commits and rejects them.
create table landfall.unique_repeat (
  chunk_id     integer not null references landfall.chunk on delete cascade,
  byte_offset  bigint not null,
  rule_id      integer not null,
  first_file   integer not null,
  first_line   bigint not null,            -- 0: not known
  primary key (chunk_id, byte_offset)
);

-- The keys of its rows are noted.
alter table landfall.chunk add column keyed boolean not null default false;

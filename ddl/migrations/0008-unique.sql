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

-- Keys that a file wants and that rows of other files have, each with the first of those.
create function landfall.held_keys(
  of_file integer, first_chunk integer, last_chunk integer, rules integer[], without integer[]
) returns table (rule_id integer, key uuid, file_id integer, line bigint) language sql stable as $$
  select w.rule_id, w.key, o.file_id, o.line
  from (
    select distinct k.rule_id, k.key from landfall.unique_key k
    where k.file_id = of_file and k.chunk_id between first_chunk and last_chunk and k.rule_id = any(rules)
  ) w
  cross join lateral (
    select k.file_id, k.line from landfall.unique_key k
    join landfall.unique_file f on f.file_id = k.file_id and f.rule_id = k.rule_id
    where k.rule_id = w.rule_id and k.key = w.key and k.file_id <> of_file and k.file_id <> all(without)
    order by k.file_id, k.byte_offset limit 1
  ) o
$$;

-- Finds the repeats of a file with several unique rules, row by row: a row that repeats a key of one rule is
-- not loaded, so that it has no key of another. One rule alone has no such chains and needs no steps
-- (ddl/statements/unique-repeats.sql).
create function landfall.find_repeats(
  of_file integer, first_chunk integer, last_chunk integer, rules integer[], star_rules integer[], without integer[]
) returns void language plpgsql as $$
declare
  candidate record;
  holder record;
begin
  create temporary table holders (rule_id integer, key uuid, file_id integer, line bigint, primary key (rule_id, key))
    on commit drop;
  insert into holders select * from landfall.held_keys(of_file, first_chunk, last_chunk, star_rules, without);
  -- Rows that may repeat a key, or have one that another row repeats.
  create temporary table wanted on commit drop as
  select m.rule_id, m.key, m.chunk_id, m.byte_offset, m.line
  from (
    select k.*, count(*) over (partition by k.rule_id, k.key) as times from landfall.unique_key k
    where k.file_id = of_file and k.chunk_id between first_chunk and last_chunk and k.rule_id = any(rules)
  ) m
  left join holders h using (rule_id, key)
  where m.times > 1 or h.key is not null;
  create index on wanted (byte_offset);
  analyze wanted;
  for candidate in select distinct w.byte_offset, w.chunk_id from wanted w order by w.byte_offset loop
    select h.rule_id, h.file_id, h.line into holder
    from wanted w join holders h using (rule_id, key)
    where w.byte_offset = candidate.byte_offset
    order by array_position(rules, h.rule_id) limit 1;
    if found then
      insert into landfall.unique_repeat (chunk_id, byte_offset, rule_id, first_file, first_line)
      values (candidate.chunk_id, candidate.byte_offset, holder.rule_id, holder.file_id, holder.line);
    else
      insert into holders select w.rule_id, w.key, of_file, w.line from wanted w
      where w.byte_offset = candidate.byte_offset;
    end if;
  end loop;
end
$$;

-- Parts that chunks share: `landfall compact` puts the rows of many small parts into one.
--
-- A row of landfall.part stays what it was: the rows of one chunk in one partition. shared_id says that they lie in a
-- part together with those of other chunks now. Such a part has the column _chunk, which says for each row which chunk
-- it belongs to. Its rows count for the chunks that the manifest lists there, and for no others.
create table landfall.shared_part (
  shared_id  integer primary key,
  dataset    text not null,
  path       text not null unique,            -- relative to the lake's root; never used again
  rows       bigint not null default 0,       -- those that do not count included
  bytes      bigint not null default 0,
  listed     boolean not null default false,  -- false: it is being written, or whoever wrote it has died
  made_at    timestamptz not null default now()
);
create sequence landfall.shared_part_number as integer;
create index shared_part_unlisted on landfall.shared_part (shared_id) where not listed;

alter table landfall.part add column shared_id integer references landfall.shared_part;
create index part_by_shared on landfall.part (shared_id) where shared_id is not null;

-- Parts that have left the manifest because another part has their rows. Readers that began before may still read them.
create table landfall.retired_part (
  path        text primary key,
  dataset     text not null,
  bytes       bigint not null,
  retired_at  timestamptz not null default now()
);

create or replace view landfall.manifest as
select coalesce(s.path, p.path) as path, p.dataset, p.rows, p.bytes, p.file_id, p.chunk_id, f.name as file,
  case when s.shared_id is not null then p.chunk_id end as _chunk
from landfall.part p
join landfall.file f using (file_id)
left join landfall.shared_part s using (shared_id)
where f.state = 'done';

-- The parts of the lake at a snapshot, or now. Paths are relative to the lake. The rows of a chunk are those of its part
-- that have this _chunk; null: all of them. Where the rows lie does not change what a snapshot has.
drop function landfall.lake_current(text, integer);
create function landfall.lake_current(of_dataset text, as_of integer default null)
returns table (path text, chunk_id integer, snapshot_id integer, _chunk integer) language sql stable as $$
  select coalesce(s.path, p.path), p.chunk_id, f.snapshot_id, case when s.shared_id is not null then p.chunk_id end
  from landfall.lake_files(of_dataset, as_of) f
  join landfall.part p on p.file_id = f.file_id
  left join landfall.shared_part s on s.shared_id = p.shared_id
$$;

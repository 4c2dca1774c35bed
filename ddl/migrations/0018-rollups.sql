-- Rollups that exist in a database: marts that change in the transaction in which a file ends or is undone.
create table landfall.rollup (
  dataset     text not null,
  name        text not null,
  hash        text not null,               -- 8 hex digits, of the stored rollup; part of the names of its tables
  stored      jsonb not null,              -- the rollup, and the facts that it reads
  recomputed  jsonb,                       -- values that hardly repeat, and are not kept; null: not yet known
  notes       jsonb not null default '[]',
  built_at    timestamptz not null default now(),
  primary key (dataset, name)
);

-- Chunks whose facts may be in the star although their file is not done.
-- `ending`: files that become done in this transaction. `leaving`: files that are done no more.
create function landfall.chunks_not_done(of_dataset text, ending integer[], leaving integer[])
returns setof integer language sql stable as $$
  select chunk.chunk_id
  from landfall.file join landfall.chunk using (file_id)
  where file.dataset = of_dataset
    and (file.state <> 'done' and chunk.state = 'committed' and file.file_id <> all (ending)
      or file.file_id = any (leaving))
$$;

-- What the end of a file asks about files in flight costs the same however many files there have been.
create index file_in_flight on landfall.file (dataset)
  where state in ('discovered', 'scanning', 'loading', 'finalising');

-- Chunks whose facts may be in the star although their file is not done. Those of files that have failed or were undone
-- are failed or undone too.
-- `ending`: files that become done in this transaction. `leaving`: files that are done no more.
create or replace function landfall.chunks_not_done(of_dataset text, ending integer[], leaving integer[])
returns setof integer language sql stable as $$
  select chunk.chunk_id
  from landfall.file join landfall.chunk using (file_id)
  where file.dataset = of_dataset
    and file.state in ('discovered', 'scanning', 'loading', 'finalising')
    and chunk.state = 'committed'
    and file.file_id <> all (ending)
  union
  select chunk.chunk_id
  from landfall.file join landfall.chunk using (file_id)
  where file.dataset = of_dataset and file.file_id = any (leaving)
$$;

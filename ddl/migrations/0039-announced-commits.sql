-- A commit says who has made it, how long it took since the chunk was taken, and what it counted, so that whoever watches
-- a file need not ask for its chunks again. Still only commits name the chunk.
create or replace function landfall.announce_chunk() returns trigger language plpgsql as $$
begin
  perform pg_notify('landfall_change', case
    when new.state = 'committed'
      then json_build_object('fileId', new.file_id, 'kind', 'chunk', 'chunkNumber', new.number, 'worker', regexp_replace(new.worker, '#\d+$', ''),
        'tookMs', greatest(0, round(extract(epoch from new.committed_at - new.claimed_at) * 1000)),
        'rows', new.rows_parsed, 'rejected', new.rows_rejected)
    else json_build_object('fileId', new.file_id, 'kind', 'chunk')
  end::text);
  return null;
end
$$;

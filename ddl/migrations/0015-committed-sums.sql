-- Sums over the committed chunks of a file, while it has none of its own. The planner puts the body in the place of
-- the call: a statement that joins it has the same plan as one that has the body in it.
create function landfall.committed_sums(of_file integer) returns table (
  chunks_committed  bigint,
  bytes_committed   bigint,
  parts             integer,
  rows_parsed       bigint,
  rows_loaded       bigint,
  rows_rejected     bigint,
  rows_deduplicated bigint
) language sql stable as $$
  select
    count(*),
    coalesce(sum(c.byte_end - c.byte_start), 0)::bigint,
    coalesce(sum(c.parts), 0)::integer,
    coalesce(sum(c.rows_parsed), 0)::bigint,
    coalesce(sum(c.rows_loaded), 0)::bigint,
    coalesce(sum(c.rows_rejected), 0)::bigint,
    coalesce(sum(c.rows_deduplicated), 0)::bigint
  from landfall.chunk c
  where c.file_id = of_file and c.state = 'committed'
$$;

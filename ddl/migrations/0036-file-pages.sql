-- Pages of files in an order, however many files there have been. Each order has an index that ends with the number of
-- the file, so that a page begins exactly where the one before ended, also among equals.
create index file_by_landing on landfall.file (landed_at, file_id);
create index file_by_dataset on landfall.file (dataset, landed_at, file_id);
create index file_by_state on landfall.file (state, landed_at, file_id);
create index file_by_letters on landfall.file (name, file_id);
create index file_by_bytes on landfall.file (bytes, file_id);
create index file_by_rows on landfall.file (rows_loaded, file_id);
create index file_by_rejects on landfall.file (rows_rejected, file_id);

-- At most `most` files that match, in an order, after the one that a page ended with. A filter that is null matches any
-- file. `sort_key`: what the file is sorted by, as text, for the next page. Only what is asked for is in the statement, so
-- that the planner finds the index that has the order.
create function landfall.file_page(
  of_dataset text, in_states text[], named text, landed_from timestamptz, landed_to timestamptz, with_rejects boolean,
  sort text, descending boolean, after_key text, after_file integer, most bigint
) returns table (file_id integer, sort_key text) language plpgsql stable as $function$
declare
  direction text := case when descending then 'desc' else 'asc' end;
  column_name text := case sort when 'landed' then 'landed_at' when 'rows' then 'rows_loaded'
    when 'rejected' then 'rows_rejected' when 'bytes' then 'bytes' else 'name' end;
  -- Times by their microseconds, so that none is rounded.
  as_text text := case sort when 'landed' then '(extract(epoch from f.landed_at) * 1000000)::bigint::text'
    else format('f.%I::text', column_name) end;
  as_value text := case sort when 'landed' then $$'epoch'::timestamptz + $6::bigint * interval '1 microsecond'$$
    when 'name' then '$6' else '$6::bigint' end;
  matching text := concat_ws(' and ', 'true',
    case when of_dataset is not null then 'f.dataset = $1' end,
    case when in_states is not null then 'f.state = wanted.state' end,
    case when named is not null then 'position(lower($3) in lower(f.name)) > 0' end,
    case when landed_from is not null then 'f.landed_at >= $4' end,
    case when landed_to is not null then 'f.landed_at < $5' end,
    case when with_rejects then 'f.rows_rejected > 0' end,
    case when after_file is not null then format('(f.%I, f.file_id) %s (%s, $7)', column_name,
      case when descending then '<' else '>' end, as_value) end);
  page text := format('select f.file_id, f.%1$I as by, %2$s as key from landfall.file f where %3$s '
    'order by f.%1$I %4$s, f.file_id %4$s limit $8', column_name, as_text, matching, direction);
begin
  -- A page of each state, of which the first are taken: an index has the order within one state only.
  if in_states is not null then
    page := format('select p.* from (select distinct unnest($2) as state) wanted cross join lateral (%s) p '
      'order by p.by %2$s, p.file_id %2$s limit $8', page, direction);
  end if;
  return query execute format('select page.file_id, page.key from (%s) page order by page.by %2$s, page.file_id %2$s',
    page, direction)
    using of_dataset, in_states, named, landed_from, landed_to, after_key, after_file, most;
end
$function$;

-- A small file takes less of the ledger. It is updated four times, and each time every index gets an entry more, unless it
-- is one of a few files: so there are fewer indexes, and most of them are of few files.

-- What ended files of a dataset have in common: the layout, and the receipt with its numbers left out. Known by its
-- content, so that whoever has read one need not read it again.
create table landfall.common (
  common_id  uuid primary key,             -- of the SHA-256 of the value, as whoever wrote it has written it
  value      jsonb not null                -- {layout, definitionVersion, receipt}: ledger/statements/stored-files.ts
);
-- Set when a file is done: its layout is there, and its receipt has the numbers that were left out. Null: they are whole.
-- A layout that the file gets later (a rebuild with other reference tables) is in its row again.
alter table landfall.file add column common_id uuid;

-- The receipt of a file as it was written, for who reads it in SQL: `landfall.receipt_of(f)` of a row f of landfall.file.
-- As ledger/statements/stored-files.ts has it: chr(57344) stands for a number, chr(57345) for the fingerprint.
create function landfall.receipt_of(f landfall.file) returns jsonb language sql stable as $$
  select case when f.common_id is null then f.receipt else
    jsonb_build_object('file', f.name, 'fileId', f.file_id, 'dataset', f.dataset,
      'definitionVersion', c.value->'definitionVersion', 'contentHash', coalesce(f.content_hash, ''),
      'bytes', f.bytes, 'chunks', f.chunks, 'layout', c.value->'layout',
      'drift', coalesce(c.value#>'{layout,drift}', 'null'),
      'startedAt', to_char(f.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    || (
      select string_agg(piece || coalesce(digits, ''), '' order by n)::jsonb
      from unnest(string_to_array(
        replace(c.value->>'receipt', chr(57345), substr(quoted, 2, length(quoted) - 2)), chr(57344)
      )) with ordinality as p (piece, n)
      left join unnest(string_to_array(f.receipt->>'numbers', ' ')) with ordinality as d (digits, n) using (n)
    )
    || (f.receipt - 'numbers') end
  from (select to_jsonb(f.fingerprint)::text as quoted) one left join landfall.common c on c.common_id = f.common_id
$$;
create function landfall.layout_of(f landfall.file) returns jsonb language sql stable as $$
  select coalesce(f.layout, (select value->'layout' from landfall.common c where c.common_id = f.common_id))
$$;

-- Autovacuum comes when a fiftieth of the rows is dead, so that a burst of files reuses the space of its first ones.
alter table landfall.file set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
alter table landfall.chunk set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

-- 128 bits of a SHA-256 tell contents apart as well as all of them, in half the space.
drop index landfall.file_by_content;
create unique index file_by_content on landfall.file (dataset, right(content_hash, 32))
  where state in ('loading', 'finalising', 'done');

-- Pages of files (landfall.file_page) take the files of all datasets from the indexes of each.
drop index landfall.file_by_landing;
drop index landfall.file_by_letters;
drop index landfall.file_by_name;
create index file_by_name on landfall.file (dataset, name, file_id);

-- Files that are done are nearly all files, and those in flight have an index of their own.
drop index landfall.file_by_state;
create index file_by_state on landfall.file (state, landed_at, file_id) where state in ('failed', 'duplicate', 'undone');

-- Files without rows or rejects are in no order but that of their numbers.
drop index landfall.file_by_rows;
create index file_by_rows on landfall.file (rows_loaded, file_id) where rows_loaded > 0;
create index file_without_rows on landfall.file (file_id)
  where rows_loaded = 0 and state in ('done', 'failed', 'duplicate', 'undone');
drop index landfall.file_by_rejects;
create index file_by_rejects on landfall.file (rows_rejected, file_id) where rows_rejected > 0;

drop index landfall.file_by_bytes;
create index file_by_bytes on landfall.file (bytes, file_id)
  where state in ('done', 'failed', 'duplicate', 'undone');

drop index landfall.file_by_end;
create index file_by_end on landfall.file (finished_at) where finished_at is not null;

-- The address itself is compared, too.
drop index landfall.file_by_url;
create index file_by_url on landfall.file (hashtext(url));

-- The datasets that have files, one look at the index for each.
create function landfall.datasets_of_files() returns setof text language sql stable as $$
  with recursive found as (
    (select dataset from landfall.file order by dataset limit 1)
    union all
    select (select f.dataset from landfall.file f where f.dataset > found.dataset order by f.dataset limit 1)
    from found where found.dataset is not null
  )
  select dataset from found where dataset is not null
$$;

-- As in 0036. The files of a page are the first ones of several branches, of which each has an index with its order:
--   landed, name    the files of each dataset; of states in which few files are, those of each state
--   rows, rejected  files with some; files with none
--   bytes           files that have ended; those in flight
create or replace function landfall.file_page(
  of_dataset text, in_states text[], named text, landed_from timestamptz, landed_to timestamptz, with_rejects boolean,
  sort text, descending boolean, after_key text, after_file integer, most bigint
) returns table (file_id integer, sort_key text) language plpgsql stable as $function$
declare
  direction text := case when descending then 'desc' else 'asc' end;
  beyond text := case when descending then '<' else '>' end;
  column_name text := case sort when 'landed' then 'landed_at' when 'rows' then 'rows_loaded'
    when 'rejected' then 'rows_rejected' when 'bytes' then 'bytes' else 'name' end;
  -- Times by their microseconds, so that none is rounded.
  as_text text := case sort when 'landed' then '(extract(epoch from f.landed_at) * 1000000)::bigint::text'
    else format('f.%I::text', column_name) end;
  as_value text := case sort when 'landed' then $$'epoch'::timestamptz + $6::bigint * interval '1 microsecond'$$
    when 'name' then '$6' else '$6::bigint' end;
  matching text := concat_ws(' and ', 'true',
    case when of_dataset is not null then 'f.dataset = $1' end,
    case when in_states is not null then 'f.state = any($2)' end,
    case when named is not null then 'position(lower($3) in lower(f.name)) > 0' end,
    case when landed_from is not null then 'f.landed_at >= $4' end,
    case when landed_to is not null then 'f.landed_at < $5' end,
    case when with_rejects then 'f.rows_rejected > 0' end);
  after text := case when after_file is not null
    then format('(f.%I, f.file_id) %s (%s, $7)', column_name, beyond, as_value) else 'true' end;
  -- Of files that have none: their order is that of their numbers.
  after_none text := case when after_file is null then 'true'
    when after_key <> '0' then descending::text else format('f.file_id %s $7', beyond) end;
  branch text := format('select f.file_id, f.%1$I as by, %2$s as key from landfall.file f where %3$s and %%s '
    'order by f.%1$I %4$s, f.file_id %4$s limit $8', column_name, as_text, matching, direction);
  branch_none text := format('select f.file_id, f.%1$I as by, %2$s as key from landfall.file f where %3$s and %5$s '
    'and f.%1$I = 0 and %%s order by f.file_id %4$s limit $8', column_name, as_text, matching, direction, after_none);
  rare constant text[] := array['failed', 'duplicate', 'undone'];
  flying constant text[] := array['discovered', 'scanning', 'loading', 'finalising'];
  of_each constant text := 'select p.* from (%s) one (dataset) cross join lateral (%s) p';
  branches text[];
begin
  if sort in ('rows', 'rejected') then
    branches := array[format(branch, format('f.%I > 0 and %s', column_name, after))];
    if sort = 'rejected' then
      branches := branches || format(branch_none, 'true');
    else
      branches := branches || format(branch_none, format('f.state = any(%L)', rare || array['done']))
        || format(branch_none, format('f.state = any(%L)', flying));
    end if;
  elsif sort = 'landed' and in_states is not null and 'done' <> all(in_states) then
    select array_agg(format(branch, format('f.state = %L and %s', state, after))) into branches
    from (select distinct unnest(in_states) as state) wanted;
  elsif sort = 'bytes' then
    branches := array[format(branch, format('f.state = any(%L) and %s', rare || array['done'], after)),
      format(branch, format('f.state = any(%L) and %s', flying, after))];
  elsif of_dataset is not null then
    branches := array[format(branch, after)];
  else
    branches := array[format(of_each, 'select landfall.datasets_of_files()',
      format(branch, 'f.dataset = one.dataset and ' || after))];
  end if;
  return query execute format('select page.file_id, page.key from (%s) page order by page.by %2$s, page.file_id %2$s limit $8',
    (select string_agg(format('(%s)', one), ' union all ') from unnest(branches) one), direction)
    using of_dataset, in_states, named, landed_from, landed_to, after_key, after_file, most;
end
$function$;

-- As in 0040, by the index of addresses.
create or replace function landfall.why_kept(of_file integer, of_url text, before timestamptz)
returns text language sql stable as $$
  select case
    when exists (
      select from landfall.file o where hashtext(o.url) = hashtext(of_url) and o.url = of_url
        and (o.finished_at is null or o.finished_at >= before or o.receipt is null or o.moving_to is not null)
    ) or exists (
      select from landfall.file l where l.linked_to = of_file
        and l.state in ('discovered', 'scanning', 'loading', 'finalising')
    ) then 'in use'
    when exists (
      select from landfall.file o join landfall.reject r on r.file_id = o.file_id
      where hashtext(o.url) = hashtext(of_url) and o.url = of_url and o.state = 'done' and r.taken_by is null
    ) then 'rejects'
  end
$$;

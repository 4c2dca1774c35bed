-- The lake as it is now, and as it was when a snapshot was made: which parts belong to it, and which of their rows are
-- not shown, because a later event replaced them or deleted their key.
--
-- An event that a file brings is current from the file's end on, until another event replaces it. F_superseded says in
-- which snapshot that was (_out). Undoing a file brings events back as if it had never been done. So a snapshot can be
-- read as long as all files that were done then are done now.

-- The number of the dataset's latest snapshot; null before the first.
create function landfall.lake_snapshot(of_dataset text) returns integer language sql stable as $$
  select max(snapshot_id) from landfall.snapshot where dataset = of_dataset
$$;

-- The files that were done at a snapshot, or are done now, with the snapshot that their end made.
create function landfall.lake_files(of_dataset text, as_of integer default null)
returns table (file_id integer, snapshot_id integer) language plpgsql stable as $$
declare
  lost record;
begin
  if as_of is null then
    return query
    select f.file_id, s.snapshot_id from landfall.file f
    left join landfall.snapshot s on s.file_id = f.file_id and s.kind = 'end'
    where f.dataset = of_dataset and f.state = 'done';
    return;
  end if;
  if not as_of between 0 and coalesce((select max(s.snapshot_id) from landfall.snapshot s), 0) then
    raise exception 'There is no snapshot % yet.', as_of using errcode = 'invalid_parameter_value';
  end if;
  select f.name, u.snapshot_id as undone into lost
  from landfall.snapshot s
  join landfall.file f on f.file_id = s.file_id
  left join landfall.snapshot u on u.file_id = s.file_id and u.kind = 'undo'
  where s.dataset = of_dataset and s.kind = 'end' and s.snapshot_id <= as_of
    and (u.snapshot_id > as_of or u.snapshot_id is null) and f.state <> 'done'
  order by u.snapshot_id desc limit 1;
  if found then
    raise exception 'Snapshot % of % can no longer be read: % was part of it and has been undone.',
      as_of, of_dataset, lost.name
      using errcode = 'invalid_parameter_value',
        hint = format('The oldest snapshot that is certain to be readable is %s.', lost.undone);
  end if;
  return query
  select s.file_id, s.snapshot_id
  from landfall.snapshot s
  left join landfall.snapshot u on u.file_id = s.file_id and u.kind = 'undo'
  where s.dataset = of_dataset and s.kind = 'end' and s.snapshot_id <= as_of and u.snapshot_id is null;
end
$$;

-- The parts of the lake at a snapshot, or now. Paths are relative to the lake.
create function landfall.lake_current(of_dataset text, as_of integer default null)
returns table (path text, chunk_id integer, snapshot_id integer) language sql stable as $$
  select p.path, p.chunk_id, f.snapshot_id
  from landfall.lake_files(of_dataset, as_of) f join landfall.part p on p.file_id = f.file_id
$$;

-- The name of a table beside the fact table, as sinks/postgres/events/table-names.ts has it.
create function landfall.events_table(fact text, suffix text) returns text language sql immutable as $$
  select case when octet_length(name) <= 63 then name
    else left(name, 50) || '_' || left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 12) end
  from (select fact || '_' || suffix as name) named
$$;

-- The tables of events of some files; none if every row is a fact.
create function landfall.lake_events(files integer[])
returns table (kind text, deletes boolean, current text, superseded text) language sql stable as $$
  select distinct star->'keyed'->>'kind', (star->'keyed'->>'deleted')::boolean,
    format('%I.%I', star->>'schema', landfall.events_table(star->>'fact', 'current')),
    format('%I.%I', star->>'schema', landfall.events_table(star->>'fact', 'superseded'))
  from (
    select d.definition->'star' as star from landfall.definition d
    where d.version in (select f.definition_version from landfall.file f where f.file_id = any(files))
  ) stars
  where jsonb_typeof(star->'keyed') = 'object'
$$;

-- Each event of a history's files, and whether it begins a version or closes one among them. The rule is that of
-- sinks/postgres/events/event-versions.ts.
create function landfall.lake_judged(files integer[], current text, superseded text, deletes boolean)
returns table (chunk_id integer, _row integer, here boolean, gone boolean, valid_from text, valid_to text)
language plpgsql stable set timezone to 'UTC' as $$
begin
  return query execute format($query$
    with events as (
      select chunk_id, _row, _key, _order, %3$s as gone, _hash, _tracked from %1$s
      union all select chunk_id, _row, _key, _order, %3$s, _hash, _tracked from %2$s
    ), counted as (
      select e.*, row_number() over (
        partition by _key, _order order by gone desc, _hash desc, e.chunk_id, _row
      ) = 1 as counts
      from events e join landfall.chunk c on c.chunk_id = e.chunk_id where c.file_id = any($1)
    ), followed as (
      select *, lag(not gone) over (partition by _key order by _order) as had_version,
        lag(_tracked) over (partition by _key order by _order) as had_tracked
      from counted where counts
    ), begun as (
      select chunk_id, _row, lead(_order) over (partition by _key order by _order) as valid_to from followed
      where case when gone then had_version is true else had_version is not true or had_tracked <> _tracked end
    )
    select e.chunk_id, e._row, b.chunk_id is not null, e.gone, e._order::text, b.valid_to::text
    from counted e left join begun b on b.chunk_id = e.chunk_id and b._row = e._row
  $query$, current, superseded, case when deletes then '_deleted' else 'false' end) using files;
end
$$;

-- The events of files that were not shown at a snapshot, in the modes in which one event of a key is current. An event
-- that was replaced later was current then. So may have been an equal event of another file: one of them counts.
create function landfall.lake_replaced(
  files integer[], current text, superseded text, deletes boolean, as_of integer
) returns table (chunk_id integer, _row integer) language plpgsql stable as $$
declare
  gone text := case when deletes then '_deleted' else 'false' end;
begin
  return query execute format($query$
    with later as (
      select s.chunk_id, _row, _key, %3$s as gone
      from %2$s s join landfall.chunk c on c.chunk_id = s.chunk_id
      where _out > $2 and c.file_id = any($1)
    )
    select chunk_id, _row from %2$s where _out <= $2
    union all select chunk_id, _row from %1$s where %3$s
    union all select chunk_id, _row from (
      select l.*, row_number() over (partition by _key order by l.chunk_id, _row) > 1 or exists (
        select from %1$s t join landfall.chunk c on c.chunk_id = t.chunk_id
        where t._key = l._key and c.file_id = any($1)
      ) as repeats
      from later l
    ) once where gone or repeats
  $query$, current, superseded, gone) using files, as_of;
end
$$;

-- The rows of these parts that are not shown, by chunk and number.
create function landfall.lake_deleted(of_dataset text, as_of integer default null)
returns table (chunk_id integer, _row integer) language plpgsql stable as $$
declare
  files integer[] := array(select f.file_id from landfall.lake_files(of_dataset, as_of) f);
  events record;
begin
  for events in select * from landfall.lake_events(files) loop
    if as_of is null then
      return query execute format('select chunk_id, _row from %s', events.superseded);
      if events.deletes then
        return query execute format('select chunk_id, _row from %s where _deleted', events.current);
      end if;
    elsif events.kind = 'history' then
      return query
      select j.chunk_id, j._row
      from landfall.lake_judged(files, events.current, events.superseded, events.deletes) j
      where j.gone or not j.here;
    else
      return query
      select r.chunk_id, r._row
      from landfall.lake_replaced(files, events.current, events.superseded, events.deletes, as_of) r;
    end if;
  end loop;
end
$$;

-- The versions that a history shows: the row with which each begins, and from when to when it is valid, as texts, instants
-- in UTC. The last version of a key is valid to null.
create function landfall.lake_versions(of_dataset text, as_of integer default null)
returns table (chunk_id integer, _row integer, valid_from text, valid_to text)
language plpgsql stable set timezone to 'UTC' as $$
declare
  files integer[] := array(select f.file_id from landfall.lake_files(of_dataset, as_of) f);
  events record;
begin
  for events in select * from landfall.lake_events(files) e where e.kind = 'history' loop
    if as_of is not null then
      return query
      select j.chunk_id, j._row, j.valid_from, j.valid_to
      from landfall.lake_judged(files, events.current, events.superseded, events.deletes) j
      where j.here and not j.gone;
    else
      return query execute format(
        'select chunk_id, _row, _order::text, _valid_to::text from %s where not %s',
        events.current, case when events.deletes then '_deleted' else 'false' end);
    end if;
  end loop;
end
$$;

-- Keys of unique rules are needed only until it is known which rows of their file repeat one. Across files the star
-- decides, by its events.
--
--   noted ─▶ (all of the file's) ─▶ settled: repeats are known, the keys are gone

drop function landfall.merge_runs(text);
drop function landfall.drop_dead_runs(text);
drop function landfall.keep_keys(integer, integer, integer, integer[], integer[]);
drop function landfall.find_repeats_of_one(integer, integer, integer, integer, integer[], integer[]);
drop function landfall.find_repeats_of_many(integer, integer, integer, integer[], integer[], integer[]);
drop function landfall.held_keys(integer, integer, integer, integer[], integer[]);

-- Of files that are settled. Those of files that are being settled stay.
delete from landfall.unique_key k using landfall.unique_file f where f.file_id = k.file_id;
do $$
declare
  run record;
begin
  for run in delete from landfall.unique_run where tier is not null returning run_id loop
    execute format('drop table if exists %s', landfall.run_table(run.run_id));
  end loop;
end
$$;
alter table landfall.unique_run drop column tier;
alter table landfall.unique_repeat drop column first_file;

-- Finds the repeats of a file with one unique rule.
create function landfall.find_repeats_of_one(
  of_file integer, first_chunk integer, last_chunk integer, rule integer
) returns void language plpgsql as $$
begin
  execute format($find$
    insert into landfall.unique_repeat (chunk_id, byte_offset, rule_id, first_line)
    select m.chunk_id, m.byte_offset, m.rule_id, m.first_line
    from (
      select k.*, first_value(k.byte_offset) over first as first_offset, first_value(k.line) over first as first_line
      from %s k
      where k.file_id = $1 and k.chunk_id between $2 and $3 and k.rule_id = $4
      window first as (partition by k.key order by k.byte_offset)
    ) m
    where m.byte_offset <> m.first_offset
  $find$, landfall.keys_of(of_file)) using of_file, first_chunk, last_chunk, rule;
end
$$;

-- The same with several rules, row by row: a row that repeats a key of one rule is not loaded, so that it has
-- no key of another.
create function landfall.find_repeats_of_many(
  of_file integer, first_chunk integer, last_chunk integer, rules integer[]
) returns void language plpgsql as $$
declare
  candidate record;
  holder record;
begin
  create temporary table holders (rule_id integer, key uuid, line bigint, primary key (rule_id, key)) on commit drop;
  -- Rows that may repeat a key, or have one that another row repeats.
  create temporary table wanted (rule_id integer, key uuid, chunk_id integer, byte_offset bigint, line bigint)
    on commit drop;
  execute format($find$
    insert into wanted select m.rule_id, m.key, m.chunk_id, m.byte_offset, m.line
    from (
      select k.*, count(*) over (partition by k.rule_id, k.key) as times from %s k
      where k.file_id = $1 and k.chunk_id between $2 and $3 and k.rule_id = any($4)
    ) m
    where m.times > 1
  $find$, landfall.keys_of(of_file)) using of_file, first_chunk, last_chunk, rules;
  create index on wanted (byte_offset);
  analyze wanted;
  for candidate in select distinct w.byte_offset, w.chunk_id from wanted w order by w.byte_offset loop
    select h.rule_id, h.line into holder
    from wanted w join holders h using (rule_id, key)
    where w.byte_offset = candidate.byte_offset
    order by array_position(rules, h.rule_id) limit 1;
    if found then
      insert into landfall.unique_repeat (chunk_id, byte_offset, rule_id, first_line)
      values (candidate.chunk_id, candidate.byte_offset, holder.rule_id, holder.line);
    else
      -- A key that is noted twice is one row's.
      insert into holders select distinct on (w.rule_id, w.key) w.rule_id, w.key, w.line from wanted w
      where w.byte_offset = candidate.byte_offset;
    end if;
  end loop;
end
$$;

-- Drops the tables of keys that nobody needs: whose file is settled or has ended. One that is in use stays; the next
-- time will come.
create function landfall.drop_dead_runs(of_dataset text) returns void language plpgsql as $$
declare
  run record;
begin
  for run in
    select r.run_id from landfall.unique_run r
    where r.dataset = of_dataset and not exists (
      select from landfall.file f where f.file_id = any(r.files) and f.state = 'loading'
        and not exists (select from landfall.unique_file u where u.file_id = f.file_id))
  loop
    begin
      execute format('lock table %s in access exclusive mode nowait', landfall.run_table(run.run_id));
      execute format('drop table %s', landfall.run_table(run.run_id));
      delete from landfall.unique_run r where r.run_id = run.run_id;
    exception when lock_not_available then null;
    end;
  end loop;
end
$$;

-- What is asked about all files costs the same however many there have been.

-- Sums over the files that have ended. Each statement that changes them adds a row with the difference; rows are merged
-- when there are many, those that nobody else is just merging. So no transaction waits for another one here.
create table landfall.tally (
  tally_id           bigint generated always as identity primary key,
  dataset            text not null,
  files              bigint not null,
  done               bigint not null,
  undone             bigint not null,
  failed             bigint not null,
  bytes              numeric not null,
  bytes_committed    numeric not null,
  rows_parsed        numeric not null,
  rows_loaded        numeric not null,
  rows_rejected      numeric not null,
  rows_deduplicated  numeric not null
);

create function landfall.has_ended(state text) returns boolean language sql immutable as $$
  select state in ('done', 'failed', 'duplicate', 'undone')
$$;

-- Merges rows of a dataset.
create function landfall.merge_tally(of_dataset text) returns void language sql as $$
  with gone as (
    delete from landfall.tally where tally_id in (
      select tally_id from landfall.tally where dataset = of_dataset for update skip locked
    ) returning *
  )
  insert into landfall.tally (dataset, files, done, undone, failed, bytes, bytes_committed,
    rows_parsed, rows_loaded, rows_rejected, rows_deduplicated)
  select of_dataset, sum(files), sum(done), sum(undone), sum(failed), sum(bytes), sum(bytes_committed),
    sum(rows_parsed), sum(rows_loaded), sum(rows_rejected), sum(rows_deduplicated)
  from gone having count(*) > 0
$$;

-- `come`: files as they are after a statement, `gone`: as they were before it. The statements below differ in which of
-- the two there are.
do $do$
declare
  event record;
begin
  for event in select * from (values
    ('insert', 'select 1 as sign, * from come', 'new table as come'),
    ('delete', 'select -1 as sign, * from gone', 'old table as gone'),
    ('update', 'select 1 as sign, * from come union all select -1, * from gone', 'old table as gone new table as come')
  ) as e (name, files, tables)
  loop
    execute format($create$
      create function landfall.tally_%1$s() returns trigger language plpgsql as $$
      declare
        changed record;
      begin
        for changed in
          insert into landfall.tally (dataset, files, done, undone, failed, bytes, bytes_committed,
            rows_parsed, rows_loaded, rows_rejected, rows_deduplicated)
          select * from (
            select dataset, sum(sign) as files,
              coalesce(sum(sign) filter (where state = 'done'), 0) as done,
              coalesce(sum(sign) filter (where state = 'undone'), 0) as undone,
              coalesce(sum(sign) filter (where state = 'failed'), 0) as failed,
              sum(sign * bytes) as bytes, sum(sign * bytes_committed) as bytes_committed,
              sum(sign * rows_parsed) as rows_parsed, sum(sign * rows_loaded) as rows_loaded,
              sum(sign * rows_rejected) as rows_rejected, sum(sign * rows_deduplicated) as rows_deduplicated
            from (%2$s) files
            where landfall.has_ended(state)
            group by dataset
          ) n
          where (n.files, n.done, n.undone, n.failed, n.bytes, n.bytes_committed, n.rows_parsed, n.rows_loaded,
            n.rows_rejected, n.rows_deduplicated) <> (0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
          returning tally_id, dataset
        loop
          if changed.tally_id %% 64 = 0 then perform landfall.merge_tally(changed.dataset); end if;
        end loop;
        return null;
      end
      $$;
      create trigger tally_%1$s after %1$s on landfall.file referencing %3$s
        for each statement execute function landfall.tally_%1$s();
    $create$, event.name, event.files, event.tables);
  end loop;
end
$do$;

insert into landfall.tally (dataset, files, done, undone, failed, bytes, bytes_committed,
  rows_parsed, rows_loaded, rows_rejected, rows_deduplicated)
select dataset, count(*), count(*) filter (where state = 'done'), count(*) filter (where state = 'undone'),
  count(*) filter (where state = 'failed'), sum(bytes), sum(bytes_committed),
  sum(rows_parsed), sum(rows_loaded), sum(rows_rejected), sum(rows_deduplicated)
from landfall.file where landfall.has_ended(state) group by dataset;

create or replace function landfall.file_changes(of_dataset text) returns bigint language sql stable as $$
  select coalesce(sum(done + 2 * undone), 0)::bigint from landfall.tally where dataset = of_dataset
$$;

-- Whether the object of a file that has ended was moved to where it stays. Null: it may still lie in the landing folder.
alter table landfall.file add column away boolean;
-- Archived files are found by their addresses: archive/<dataset>/<day>/<name>.
update landfall.file set away = true
where origin = 'landing' and state in ('done', 'duplicate', 'undone') and receipt is not null and moving_to is null
  and right(url, length(dataset) + length(name) + 13)
    = '/' || dataset || '/' || to_char(landed_at at time zone 'UTC', 'YYYY-MM-DD') || '/' || name;
create index file_not_away on landfall.file (scope, file_id)
where away is null and parent_id is null and state in ('done', 'failed', 'duplicate', 'undone')
  and (receipt is null or moving_to is not null or origin = 'landing');

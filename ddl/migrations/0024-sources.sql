-- What fetches the files of a dataset, and the runs in which it does. A run covers a window of a source, or, without a
-- window, what the source has when it runs.
create table landfall.source (
  dataset   text not null,
  name      text not null,
  cursor    jsonb,         -- where its live runs stand
  moved_at  timestamptz,   -- when the cursor last changed
  primary key (dataset, name)
);

create table landfall.run (
  run_id         integer generated always as identity primary key,
  dataset        text not null,
  source         text not null,
  kind           text not null check (kind in ('live', 'manual', 'backfill')),
  window_from    timestamptz,
  window_to      timestamptz,
  folder         text not null,                 -- of its files' names: source/from_to
  state          text not null default 'planned' check (state in ('planned', 'running', 'done', 'failed')),
  position       jsonb,                         -- where it resumes
  pages          integer not null default 0,    -- that are noted
  fencing_token  integer not null default 0,    -- of the latest start
  attempts       integer not null default 0,    -- that failed since a page was noted
  waits_since    timestamptz,                   -- since when the source has been away
  parallel       integer not null default 1,    -- runs of a backfill at the same time
  error          jsonb,                         -- {code, message, fix} of its last attempt
  planned_at     timestamptz not null default now(),
  due_at         timestamptz not null default now(),  -- when it may start
  started_at     timestamptz,
  ended_at       timestamptz,
  check ((window_from is null) = (window_to is null) and window_from < window_to)
);
-- A window is run once; a backfill runs it beside.
create unique index run_window on landfall.run (dataset, source, (kind = 'backfill'), folder);
create index run_unended on landfall.run (dataset, source) where state in ('planned', 'running');

alter table landfall.file add column run_id integer references landfall.run;
create index file_run on landfall.file (run_id) where run_id is not null;

-- {"kind": "run", "runId", "state"}: a run is planned, starts, notes a page, waits or ends.
create function landfall.announce_run() returns trigger language plpgsql as $$
begin
  perform pg_notify('landfall_change', json_build_object('kind', 'run', 'runId', new.run_id, 'state', new.state)::text);
  return null;
end
$$;
create trigger announce_change after insert or update on landfall.run
  for each row execute function landfall.announce_run();

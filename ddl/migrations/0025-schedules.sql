-- What the schedule of a source has been since when; null: it had none. Which windows are due follows from it.
create table landfall.schedule (
  dataset   text not null,
  source    text not null,
  since     timestamptz not null,
  schedule  jsonb,
  primary key (dataset, source, since)
);

-- Where the time begins before the window of a run that no run covers, because it was not caught up.
alter table landfall.run add column skipped_from timestamptz;

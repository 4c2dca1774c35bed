-- Verifications that are under way: one that was interrupted resumes after the files that it has verified.
create table landfall.verification (
  what        text primary key,             -- what is verified, as JSON: {"dataset", "sample"}
  seed        integer not null,             -- decides which files are in the sample
  position    integer not null default 0,   -- files up to this number are verified
  files       integer not null default 0,   -- how many were
  broken      integer[] not null default '{}',  -- those that differ
  started_at  timestamptz not null default now()
);

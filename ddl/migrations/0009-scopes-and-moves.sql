-- What a process that dies leaves behind, noted so that others find it.

-- Queue scopes of single commands, from their start until nothing of them is left: no queue, no file that
-- has not ended or is not put away. One whose coordinator's lock is free has died.
create table landfall.scope (
  scope      text primary key,
  opened_at  timestamptz not null default now()
);
insert into landfall.scope (scope)
select distinct scope from landfall.file
where scope <> 'pool' and (state in ('discovered', 'surveying', 'loading', 'finalising') or receipt is null);

-- Where a file that has ended is being moved, from before it is until its url says so.
alter table landfall.file add column moving_to text;
create unique index file_moving on landfall.file (moving_to) where moving_to is not null;

-- The checks that a file failed with, until its receipt holds them.
alter table landfall.file add column failed_checks jsonb;

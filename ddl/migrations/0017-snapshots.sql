-- What a dataset held, and when: each transaction that ends files or undoes them makes a snapshot of it. A file has a
-- row for its end, and another one if it is undone later. Snapshots of a dataset commit in the order of their numbers.

create sequence landfall.snapshot_number as integer;

create table landfall.snapshot (
  snapshot_id  integer not null,           -- one for all files that one transaction ends or undoes
  dataset      text not null,
  file_id      integer not null,
  kind         text not null check (kind in ('end', 'undo')),
  at           timestamptz not null default clock_timestamp(),
  primary key (file_id, kind)
);
create index snapshot_by_number on landfall.snapshot (dataset, snapshot_id);

-- Files that are done already, in the order in which they ended.
insert into landfall.snapshot (snapshot_id, dataset, file_id, kind, at)
select nextval('landfall.snapshot_number'), dataset, file_id, 'end', finished_at
from (
  select dataset, file_id, coalesce(finished_at, landed_at) as finished_at
  from landfall.file where state = 'done' order by 3, file_id
) done;

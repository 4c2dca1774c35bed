-- A dataset may take its rows from the files of another one. A file of the parent then has a row for each child dataset
-- too: it has the object, the content and the chunks of its parent, and is planned, ends, fails and is undone with it.
alter table landfall.file add column parent_id integer references landfall.file;
create index file_by_parent on landfall.file (parent_id) where parent_id is not null;

-- A child has the object of its parent.
drop index landfall.file_unfinished;
create unique index file_unfinished on landfall.file (scope, url, fingerprint)
  where state in ('discovered', 'scanning', 'loading', 'finalising') and parent_id is null;

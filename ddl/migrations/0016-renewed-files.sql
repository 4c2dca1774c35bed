-- Files that were planned again: a file with another number has taken their place. What was written under their
-- numbers may still be in the sinks. A row is deleted when all of it is removed.
create table landfall.renewed (
  file_id  integer primary key,
  dataset  text not null
);

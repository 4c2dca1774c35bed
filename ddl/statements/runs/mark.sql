-- Notes that a live run has fetched something.
-- $1 dataset  text
-- $2 source  text
-- $3 mark  text
insert into landfall.source_mark (dataset, source, mark) values ($1, $2, $3) on conflict do nothing

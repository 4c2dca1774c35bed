-- What the live runs of a source have fetched, where no cursor can say it: the objects of a bucket, by key and ETag.
create table landfall.source_mark (
  dataset  text not null,
  source   text not null,
  mark     text not null,  -- hash of the identity
  primary key (dataset, source, mark)
);

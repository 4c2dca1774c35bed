-- A file that is moved is looked up by its address, once a file: without this among all files there ever were.
create index file_by_url on landfall.file using hash (url);

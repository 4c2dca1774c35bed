-- Rows that the server said it took for the chunk, in the transaction that committed it. A file's account is
-- made of these: to count the star's rows again takes longer than anything else at the end of a large file.
alter table landfall.chunk add column star_rows bigint not null default 0;

update landfall.chunk set star_rows = rows_loaded where state = 'committed';

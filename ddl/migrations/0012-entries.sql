-- The file within a zip file that a chunk is of, and the line of the whole at which that begins. Null for others.
alter table landfall.chunk add column entry text;
alter table landfall.chunk add column entry_line bigint;

-- Chunks of compressed files: byte_start and byte_end are their share of the stored bytes, these their place
-- in what the file unpacks to. Null for chunks that are ranges of their file.
alter table landfall.chunk add column unpacked_start bigint;
alter table landfall.chunk add column unpacked_end bigint;

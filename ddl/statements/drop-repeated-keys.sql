-- Rows that repeat a key of one rule are not loaded, and have no key of any other.
-- $1 file_id  integer
-- $2 first_chunk  integer
-- $3 last_chunk  integer
delete from landfall.unique_key k using landfall.unique_repeat r
where k.file_id = $1 and k.chunk_id between $2 and $3
  and r.chunk_id = k.chunk_id and r.byte_offset = k.byte_offset

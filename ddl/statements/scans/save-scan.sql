-- Keeps what the scan of one range of a file has found. A repeat replaces it. Nothing where the file is gone: it
-- was planned again.
-- $1 file_id  integer
-- $2 number  integer
-- $3 byte_start  bigint
-- $4 byte_end  bigint
-- $5 block_hashes  bytea   32 bytes for each block
-- $6 result  jsonb   RangeScan of each piece, or StreamScan
insert into landfall.scan (file_id, number, byte_start, byte_end, block_hashes, result)
select file_id, $2, $3, $4, $5, $6 from landfall.file where file_id = $1 for key share
on conflict (file_id, number) do update
set byte_start = excluded.byte_start, byte_end = excluded.byte_end,
    block_hashes = excluded.block_hashes, result = excluded.result

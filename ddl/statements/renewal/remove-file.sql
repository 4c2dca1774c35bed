-- Forgets a file that another row took the place of, with its chunks, parts, rejects and scans.
-- $1 file_id  integer
delete from landfall.file where file_id = $1

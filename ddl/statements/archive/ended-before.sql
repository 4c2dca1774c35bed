-- Those of the files that ended before a time.
-- $1 file_id  integer[]
-- $2 before  timestamptz
-- row file_id  integer
select file_id from landfall.file where file_id = any($1::integer[]) and finished_at < $2

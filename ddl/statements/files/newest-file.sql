-- The highest number of a file that is in the ledger; 0 where there is none.
-- row file_id  integer not null
select coalesce(max(file_id), 0) as file_id from landfall.file

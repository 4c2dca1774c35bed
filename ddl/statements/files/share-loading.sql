-- A file that is being loaded, kept from failing until the transaction ends.
-- $1 file_id  integer
-- row file.*
select * from landfall.file where file_id = $1 and state = 'loading' for share

-- The files that come from a file, oldest first.
-- $1 linked_to  integer
-- row file.*
select * from landfall.file where linked_to = $1 order by file_id

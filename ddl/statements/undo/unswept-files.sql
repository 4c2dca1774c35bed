-- Undone files whose parts may still lie in the lake.
-- row file.*
select * from landfall.file where unswept order by file_id

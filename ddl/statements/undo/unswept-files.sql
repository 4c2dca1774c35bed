-- Undone files whose parts may still lie in the lake.
select * from landfall.file where unswept order by file_id

-- Numbers of files that were planned again and of which something may still be in the sinks.
-- row file_id  integer
-- row dataset  text
select file_id, dataset from landfall.renewed order by file_id

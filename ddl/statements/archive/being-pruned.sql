-- Files whose objects were given up and may still be there.
-- row file_id  integer
-- row url  text
select file_id, url from landfall.file where pruning order by file_id limit 1000

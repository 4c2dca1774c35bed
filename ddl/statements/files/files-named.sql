-- Files by name, by dataset/name or by number, newest first.
-- $1 text  text
-- row file.*
select * from landfall.file
where name = $1 or dataset || '/' || name = $1 or file_id::text = $1
order by file_id desc
limit 1000

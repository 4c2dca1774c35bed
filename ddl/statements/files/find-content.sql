-- A file of the dataset with the same content that is loaded or being loaded; a loaded one first.
-- $1 dataset  text
-- $2 content_hash  text
-- $3 file_id  integer   not this one
-- row file.*
select * from landfall.file
where dataset = $1 and right(content_hash, 32) = right($2, 32) and content_hash = $2 and file_id <> $3 and state in ('loading', 'finalising', 'done')
order by state = 'done' desc, file_id
limit 1

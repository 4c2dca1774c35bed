-- Files that match a filter, oldest first; the newest of them if there are more than the limit. Null matches
-- any.
-- $1 dataset  text null
-- $2 scope  text null
-- $3 name  text null
-- $4 url  text null
-- $5 states  file.state[] null
-- $6 limit  bigint
-- row file.*
select * from (
  select * from landfall.file
  where ($1::text is null or dataset = $1)
    and ($2::text is null or scope = $2)
    and ($3::text is null or name = $3)
    and ($4::text is null or hashtext(url) = hashtext($4) and url = $4)
    and ($5::text[] is null or state = any($5))
  order by file_id desc
  limit $6
) newest
order by file_id

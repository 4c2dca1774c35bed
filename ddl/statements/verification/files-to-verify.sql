-- The next files to verify, by number: files that are done, of one dataset or all, and in the sample.
-- $1 after  integer   the number of the last one that was verified
-- $2 dataset  text null
-- $3 seed  integer
-- $4 share  integer   how many of 10,000 files are in the sample
-- $5 most  bigint
-- row file.*
select * from landfall.file
where state = 'done' and file_id > $1 and ($2::text is null or dataset = $2)
  and ($4::integer >= 10000 or (hashint4extended(file_id, $3::integer) & 2147483647) % 10000 < $4)
order by file_id
limit $5

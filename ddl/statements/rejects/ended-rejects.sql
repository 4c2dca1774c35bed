-- How many rejects files and their children had when they ended, as their receipts say, by dataset and code.
-- $1 file_id  integer[]
-- row dataset  text
-- row code  text
-- row count  bigint
select dataset, r.key as code, sum(r.value::bigint)::bigint as count
from landfall.file, jsonb_each_text(receipt->'rejectsByCode') r
where file_id = any($1) or parent_id = any($1)
group by dataset, r.key
order by dataset, r.key

-- $1 file_id  integer[]
-- $2 first_chunk  integer
-- $3 last_chunk  integer
-- $4 rule_id  integer[]   null: of all rules
delete from landfall.unique_key
where file_id = any($1::integer[]) and chunk_id between $2 and $3 and ($4::integer[] is null or rule_id = any($4::integer[]))

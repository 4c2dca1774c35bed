-- Finds the repeats of a file with one unique rule.
-- $1 file_id  integer
-- $2 first_chunk  integer
-- $3 last_chunk  integer
-- $4 rule_id  integer
-- $5 star_rules  integer[]   that rule, or none: keys of other files count
-- $6 without  integer[]   but not of these
with held as materialized (select * from landfall.held_keys($1, $2, $3, $5, $6))
insert into landfall.unique_repeat (chunk_id, byte_offset, rule_id, first_file, first_line)
select m.chunk_id, m.byte_offset, m.rule_id, coalesce(h.file_id, m.file_id), coalesce(h.line, m.first_line)
from (
  select k.*, first_value(k.byte_offset) over first as first_offset, first_value(k.line) over first as first_line
  from landfall.unique_key k
  where k.file_id = $1 and k.chunk_id between $2 and $3 and k.rule_id = $4
  window first as (partition by k.key order by k.byte_offset)
) m
left join held h on h.key = m.key
where m.byte_offset <> m.first_offset or h.key is not null

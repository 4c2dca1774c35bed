-- How long files that are done took to load, and then to end. Leaves out those whose chunks have no times.
-- $1 file_id  integer[]
-- row file_id  integer
-- row load_ms  double precision not null   from the first claim to the last commit
-- row end_ms  double precision not null   from there until the file was done
select f.file_id,
  extract(epoch from c.last_commit - c.first_claim)::float8 * 1000 as load_ms,
  extract(epoch from f.finished_at - c.last_commit)::float8 * 1000 as end_ms
from landfall.file f cross join lateral (
  select min(claimed_at) as first_claim, max(committed_at) as last_commit
  from landfall.chunk where file_id = f.file_id) c
where f.file_id = any ($1) and f.state = 'done' and c.last_commit > c.first_claim and f.finished_at >= c.last_commit

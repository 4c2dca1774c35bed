-- Shared parts that were noted for groups of chunks and can no longer be listed, because the claim that they were noted
-- with is over. Locked; without one that is just being listed.
-- row shared_id  integer
-- row path  text
select s.shared_id, s.path from landfall.shared_part s
where not s.listed and s.chunk_id is not null and not exists (
  select from landfall.chunk c
  where c.chunk_id = s.chunk_id and c.fencing_token = s.fencing_token and c.state = 'planned' and c.worker is not null
)
for update of s skip locked

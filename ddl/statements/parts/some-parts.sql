-- Some parts of the manifest, whichever are found first.
-- $1 most  bigint
-- row path  text
select coalesce(s.path, p.path) as path from landfall.part p left join landfall.shared_part s using (shared_id)
limit $1

-- Some parts of the manifest, whichever are found first.
-- $1 most  integer
-- row path  text
select path from landfall.part limit $1

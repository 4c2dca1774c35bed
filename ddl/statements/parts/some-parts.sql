-- Some parts of the manifest, whichever are found first.
-- $1 most  bigint
-- row path  text
select path from landfall.part limit $1

-- Those of the files whose name another loaded file of their dataset has.
-- `|| ''`: see lock-group.sql.
-- $1 file_id  integer[]
-- row file_id  integer
select f.file_id from landfall.file f
where f.file_id = any($1) and exists (
  select from landfall.file o
  where o.dataset = f.dataset and o.name = f.name and o.file_id <> f.file_id and o.state || '' = 'done'
)

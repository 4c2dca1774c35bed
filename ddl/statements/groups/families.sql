-- The states of files that were loaded into several datasets, where one of these files is a parent or a child. Parents
-- come before their children.
-- $1 file_id  integer[]
-- row root  integer   the parent
-- row file_id  integer
-- row dataset  text
-- row state  file.state
with child as (
  select file_id, parent_id as root, dataset, state from landfall.file
  where parent_id in (select coalesce(parent_id, file_id) from landfall.file where file_id = any($1))
)
select root, file_id, dataset, state from child
union all
select file_id, file_id, dataset, state from landfall.file where file_id in (select root from child)
order by root, file_id

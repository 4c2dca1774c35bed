-- Files of a dataset that are done, in the order in which they ended, with the snapshot that the end of each has made: 0
-- for those from before there were snapshots.
-- $1 dataset  text
-- row file.*
-- row snapshot_id  integer
select f.*, coalesce(s.snapshot_id, 0) as snapshot_id
from landfall.file f left join landfall.snapshot s on s.file_id = f.file_id and s.kind = 'end'
where f.dataset = $1 and f.state = 'done'
order by coalesce(s.snapshot_id, 0), f.file_id

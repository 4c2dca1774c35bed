-- Marts of a dataset that a file is not in yet: it was done after their last refresh began. A file that was ending
-- just then counts as not in a mart that fails.
-- $1 file_id  integer
-- row name  text
-- row refreshed_at  timestamptz null
-- row since  timestamptz null   null: no refresh has failed
-- row error  file.error
select m.name, m.refreshed_at, m.failed_since as since, m.error
from landfall.file f join landfall.mart m using (dataset)
where f.file_id = $1 and f.state = 'done'
  and (m.refreshed_at is null
    or m.refreshed_at < f.finished_at + case when m.error is null then interval '0' else interval '1 minute' end)
order by m.name

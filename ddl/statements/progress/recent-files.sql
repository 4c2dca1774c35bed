-- All unfinished files, and the files that were finished last.
-- $1 finished  bigint
-- row file_id  integer
(select file_id from landfall.file where state in ('discovered', 'scanning', 'loading', 'finalising'))
union all
(select file_id from landfall.file where finished_at is not null order by finished_at desc, file_id desc limit $1)

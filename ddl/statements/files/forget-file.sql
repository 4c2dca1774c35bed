-- Takes back that a file was noted: it was put away under an earlier number before that. Nothing where it was not.
-- $1 file_id  integer
delete from landfall.file f
using landfall.file earlier
where f.file_id = $1 and f.state = 'discovered'
  and earlier.dataset = f.dataset and earlier.name = f.name and earlier.fingerprint = f.fingerprint
  and earlier.file_id <> f.file_id and earlier.url <> f.url
  and earlier.state in ('done', 'failed', 'duplicate', 'undone')

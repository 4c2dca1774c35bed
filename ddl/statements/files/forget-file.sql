-- Removes a file that was discovered although it had just been put away under an earlier number. Does nothing
-- for any other file.
-- $1 file_id  integer
delete from landfall.file f
using landfall.file earlier
where f.file_id = $1 and f.state = 'discovered'
  and earlier.dataset = f.dataset and earlier.name = f.name and earlier.fingerprint = f.fingerprint
  and earlier.file_id <> f.file_id and earlier.url <> f.url
  and earlier.state in ('done', 'failed', 'duplicate', 'undone')

-- The addresses of the files to which rejects of a file were exported for a replay.
-- $1 file_id  integer
-- row url  text
select url from landfall.file where linked_to = $1 and link = 'replays'

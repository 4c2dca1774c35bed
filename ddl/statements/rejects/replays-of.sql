-- Addresses of the exported rejects of a file that are known.
-- $1 file_id  integer
-- row url  text
select url from landfall.file where linked_to = $1 and link = 'replays'

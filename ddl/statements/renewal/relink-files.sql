-- Files that come from a file come from the one that took its place.
-- $1 file_id  integer
-- $2 renewed  integer
update landfall.file set linked_to = $2 where linked_to = $1

-- Notes which file another one comes from, where that is not known yet. A file that is loaded again may turn
-- out to correct or replace another; that link then replaces the first.
-- $1 file_id  integer
-- $2 link  file.link
-- $3 linked_to  integer
update landfall.file set link = $2, linked_to = $3 where file_id = $1 and (link is null or link = 'reloads' and $2 in ('corrects', 'replaces'))

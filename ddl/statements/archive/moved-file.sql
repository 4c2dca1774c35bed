-- Changes the address of a stored file that was moved, in every row that has it.
-- $1 old_url  text
-- $2 url  text
-- $3 fingerprint  text   as it was when it was moved
update landfall.file set url = $2, moving_to = null, away = true
where hashtext(url) = hashtext($1) and url = $1 and fingerprint = $3 and state in ('done', 'failed', 'duplicate', 'undone')

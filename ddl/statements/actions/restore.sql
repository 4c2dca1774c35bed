-- Shows a notice again.
-- $1 kind  text
-- $2 key  text
delete from landfall.dismissal where kind = $1 and key = $2

-- Forgets who led the scope of a command, which has ended.
-- $1 scope  text
delete from landfall.leader where scope = $1

-- Ends a verification that has come to its last file.
-- $1 what  text
delete from landfall.verification where what = $1

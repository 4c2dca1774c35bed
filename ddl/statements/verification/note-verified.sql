-- Notes how far a verification has come.
-- $1 what  text
-- $2 position  integer
-- $3 files  integer
-- $4 broken  integer[]
update landfall.verification set position = $2, files = $3, broken = $4 where what = $1

-- Lets the rejects that these files had taken wait again.
-- $1 taken_by  integer[]
update landfall.reject set taken_by = null where taken_by = any($1::integer[])

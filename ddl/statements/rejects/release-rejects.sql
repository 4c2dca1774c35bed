-- Rejects that these files had taken wait again where they were.
-- $1 taken_by  integer[]
update landfall.reject set taken_by = null where taken_by = any($1::integer[])

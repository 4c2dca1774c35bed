-- Gives files other versions of reference tables, with which their rows were loaded again.
-- $1 versions  jsonb   by the number of the file, by the name of the table
update landfall.file f set layout = landfall.layout_of(f) || jsonb_build_object('references', v.value)
from jsonb_each($1) v
where f.file_id = v.key::integer

-- Gives the files of a dataset that are done another version of its definition, with which their rows were loaded again.
-- $1 dataset  text
-- $2 version  text   16 hex digits
update landfall.file set definition_version = $2
where dataset = $1 and state = 'done' and definition_version is distinct from $2

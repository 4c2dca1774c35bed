-- $1 version  text
select definition from landfall.definition where version = $1

-- Those of some identities that live runs of a source have fetched.
-- $1 dataset  text
-- $2 source  text
-- $3 marks  text[]
-- row mark  text
select mark from landfall.source_mark where dataset = $1 and source = $2 and mark = any($3)

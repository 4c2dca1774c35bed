-- Notes that a file is planned with a version of a reference table, if the ledger has the version.
-- $1 version  text
-- row rows  integer
update landfall.reference set used_at = now() where version = $1 returning rows

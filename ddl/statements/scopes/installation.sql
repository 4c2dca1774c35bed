-- A name for this database that no copy of it and no other database has.
-- row id  text
select i.id || '.' || d.oid as id
from landfall.installation i, pg_database d
where d.datname = current_database()

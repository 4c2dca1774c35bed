-- Scopes of single commands of which something may be left.
-- $1 scope  text   not this one
-- row scope  text
select scope from landfall.scope where scope <> $1 order by opened_at, scope

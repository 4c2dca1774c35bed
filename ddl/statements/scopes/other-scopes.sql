-- Scopes of single commands that may have left something behind, oldest first.
-- $1 scope  text   not this one
-- row scope  text
select scope from landfall.scope where scope <> $1 order by opened_at, scope

-- Who leads a scope, or led it last, and where it serves its page.
-- $1 scope  text
-- row term  integer not null
-- row host  text not null
-- row pid  integer not null
-- row url  text null
select term, host, pid, url from landfall.leader where scope = $1

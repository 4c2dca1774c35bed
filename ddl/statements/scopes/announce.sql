-- Notes where the leader of a term serves its page.
-- $1 scope  text
-- $2 term  integer
-- $3 url  text
update landfall.leader set url = $3 where scope = $1 and term = $2

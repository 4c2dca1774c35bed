-- Locks files that are done against an undo and a repair. Leaves out those that somebody else has locked.
-- $1 file_id  integer[]
-- row file_id  integer
select file_id from landfall.file where file_id = any($1::integer[]) and state = 'done'
order by file_id
for no key update skip locked

-- Notes what somebody has asked for, before it is done.
-- $1 via  action.via
-- $2 who  text null
-- $3 role  text null
-- $4 address  text null
-- $5 what  text
-- $6 target  text null
-- $7 details  jsonb null
-- row action_id  bigint
insert into landfall.action (via, who, role, address, what, target, details)
values ($1, $2, $3, $4, $5, $6, $7) returning action_id

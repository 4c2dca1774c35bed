-- No subscription ends before it starts.
select id, user_id, started_on, ended_on from {facts} where ended_on < started_on order by id

-- Hours of each person, most first.
-- :limit  how many people
select user_name, sum(hours) as hours, cast(sum(checkins) as bigint) as checkins
from star.hours_by_user_and_week
group by user_name
order by hours desc, user_name
limit :limit

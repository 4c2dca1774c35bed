-- Weeks with the most hours.
-- :user  one user, or '' for all together
-- :limit  how many weeks
select week, sum(hours) as hours, count(*) as people
from star.hours_by_user_and_week
where :user = '' or user_name = :user
group by week
order by hours desc, week
limit :limit

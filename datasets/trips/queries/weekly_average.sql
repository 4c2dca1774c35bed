-- Average rides per week of each region.
-- :region  one region, or '' for all
select region, trips, weeks, trips_per_week
from star.weekly_average
where :region = '' or region = :region
order by trips_per_week desc, region

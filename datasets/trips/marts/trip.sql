-- Trips as one reads them: names instead of keys, and the parts of the time that the fact leaves out
-- because they follow from it. Times are UTC.
select
  region.name as region,
  datasource.name as datasource,
  fact.datetime,
  dim_date.date,
  cast(extract(hour from fact.datetime at time zone 'UTC') as smallint) as hour,
  (array['night', 'morning', 'afternoon', 'evening'])
    [1 + cast(extract(hour from fact.datetime at time zone 'UTC') as integer) / 6] as time_of_day,
  dim_date.week_start as week,
  fact.origin_cell,
  fact.destination_cell,
  fact.chunk_id
from star.fact_trip as fact
join star.dim_region as region using (region_key)
join star.dim_datasource as datasource using (datasource_key)
join star.dim_date as dim_date using (date_key)

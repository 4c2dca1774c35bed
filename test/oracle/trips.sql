-- What trips should become, computed by DuckDB from the CSV alone.
-- Variable csv_path: one file with a header. Times are read as UTC.
-- The casts from text are DuckDB's own; nothing of Landfall's arithmetic is used.
select
  region,
  cast(regexp_extract(origin_coord, '^POINT \(([^ ]+) ([^ ]+)\)$', 1) as double) as origin_coord_lon,
  cast(regexp_extract(origin_coord, '^POINT \(([^ ]+) ([^ ]+)\)$', 2) as double) as origin_coord_lat,
  cast(regexp_extract(destination_coord, '^POINT \(([^ ]+) ([^ ]+)\)$', 1) as double) as destination_coord_lon,
  cast(regexp_extract(destination_coord, '^POINT \(([^ ]+) ([^ ]+)\)$', 2) as double) as destination_coord_lat,
  cast(moment as timestamp) as datetime,
  datasource,
  cast(year(cast(moment as timestamp)) as integer) as year,
  cast(month(cast(moment as timestamp)) as integer) as month,
  cast(day(cast(moment as timestamp)) as integer) as day,
  cast(hour(cast(moment as timestamp)) as integer) as hour,
  case
    when hour(cast(moment as timestamp)) < 6 then 'night'
    when hour(cast(moment as timestamp)) < 12 then 'morning'
    when hour(cast(moment as timestamp)) < 18 then 'afternoon'
    else 'evening'
  end as time_of_day,
  cast(date_trunc('week', cast(moment as timestamp)) as date) as week,
  cast(floor((origin_coord_lat + 90) / 0.01) * 36000 + floor((origin_coord_lon + 180) / 0.01) as integer)
    as origin_cell,
  cast(floor((destination_coord_lat + 90) / 0.01) * 36000 + floor((destination_coord_lon + 180) / 0.01) as integer)
    as destination_cell
from read_csv(
  getvariable('csv_path'),
  header = false, skip = 1, delim = ',', quote = '"', all_varchar = true,
  names = ['region', 'origin_coord', 'destination_coord', 'moment', 'datasource']
)

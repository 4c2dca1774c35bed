-- What check-ins should become, computed by DuckDB from the CSV alone: times in UTC, each check-in once.
-- Variable csv_path: one file. Months are replaced by their numbers; a row without a user is no check-in.
with raw as (
  select *
  from read_csv(getvariable('csv_path'), header = true, delim = ',', all_varchar = true, nullstr = '')
), numbered as (
  select "user", hours, project,
    list_reduce(
      list_prepend(timestamp, [
        'января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября',
        'декабря'
      ]),
      lambda said, name, i: replace(said, ' ' || name || ' ', '.' || (i - 1) || '.')
    ) as said
  from raw
)
select distinct
  "user" as user_name,
  coalesce(
    try_strptime(said, '%Y-%m-%d %H:%M:%S UTC'),
    try_strptime(regexp_replace(said, '\.([0-9]+) UTC$', '.\1'), '%Y-%m-%d %H:%M:%S.%f'),
    try_strptime(said, '%m/%d/%Y %I:%M %p'),
    strptime(said, '%d.%m.%Y %H:%M')
  ) as timestamp,
  cast(hours as decimal(7, 3)) as hours,
  project
from numbered
where "user" is not null

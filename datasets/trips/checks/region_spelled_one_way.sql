-- Regions whose names differ only in case or in blanks are one region spelled in two ways.
select lower(btrim(name)) as region, array_agg(name order by name) as spellings
from star.dim_region
where name is not null
group by lower(btrim(name))
having count(*) > 1

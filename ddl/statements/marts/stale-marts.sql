-- Datasets whose marts were last refreshed before a file was done or undone.
-- $1 datasets  text[]   with table marts
-- row dataset  text
select dataset
from landfall.file f left join landfall.mart_refresh m using (dataset)
where f.state = 'done' and dataset = any($1)
group by dataset
having count(*) > coalesce(max(m.files), 0)
union
select dataset from landfall.mart_refresh where files < 0 and dataset = any($1)

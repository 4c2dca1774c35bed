-- Datasets whose marts were last refreshed before a file was done or undone.
-- row dataset  text
select dataset
from landfall.file f left join landfall.mart_refresh m using (dataset)
where f.state = 'done'
group by dataset
having count(*) > coalesce(max(m.files), 0)
union
select dataset from landfall.mart_refresh where files < 0

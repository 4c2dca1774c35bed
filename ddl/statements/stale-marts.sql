-- Datasets with files that were done after their marts were last refreshed.
select dataset
from landfall.file f left join landfall.mart_refresh m using (dataset)
where f.state = 'done'
group by dataset
having count(*) > coalesce(max(m.files), 0)

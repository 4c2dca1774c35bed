-- Regions and datasources that consist of blanks.
select 'region' as dimension, region_key as key from star.dim_region where btrim(name) = ''
union all
select 'datasource', datasource_key from star.dim_datasource where btrim(name) = ''

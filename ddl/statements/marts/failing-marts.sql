-- Marts whose last refresh failed.
-- row dataset  text
-- row name  text
-- row since  timestamptz not null
-- row error  file.error
select dataset, name, failed_since as since, error from landfall.mart
where error is not null
order by failed_since, dataset, name

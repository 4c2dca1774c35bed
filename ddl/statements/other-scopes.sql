-- Single ingests that have unfinished files.
-- $1 scope  text   not this one
select distinct scope from landfall.file
where state in ('discovered', 'surveying', 'loading', 'finalising') and scope <> $1 and scope <> 'pool'
order by scope

-- The words of docs/glossary.md: scan, fencing token, staging, corrected rows.

drop index landfall.file_unfinished;
alter table landfall.file drop constraint file_state_check, drop constraint file_link_check;
update landfall.file set state = 'scanning' where state = 'surveying';
update landfall.file set link = 'corrects' where link = 'mends';
update landfall.file set receipt = jsonb_set(receipt, '{link,kind}', '"corrects"')
where receipt #>> '{link,kind}' = 'mends';
update landfall.file
set layout = (layout - 'mending') || jsonb_build_object('corrections', layout -> 'mending')
where layout ? 'mending';
update landfall.file
set error = replace(replace(error::text, 'LF_SURVEY_', 'LF_SCAN_'), 'LF_MEND_', 'LF_CORRECTION_')::jsonb,
    receipt = replace(replace(receipt::text, 'LF_SURVEY_', 'LF_SCAN_'), 'LF_MEND_', 'LF_CORRECTION_')::jsonb
where error ->> 'code' ~ '^LF_(SURVEY|MEND)_';
alter table landfall.file
  add constraint file_state_check check (state in
    ('discovered', 'scanning', 'loading', 'finalising', 'done', 'failed', 'duplicate', 'undone')),
  add constraint file_link_check check (link in ('corrects', 'replays', 'reloads', 'replaces', 'follows'));
-- A file that is seen twice while it is in flight is one file.
create unique index file_unfinished on landfall.file (scope, url, fingerprint)
  where state in ('discovered', 'scanning', 'loading', 'finalising');

alter table landfall.survey rename to scan;
alter table landfall.chunk rename column claim to fencing_token;

-- Tables in which a version that replaces another is staged until it is done.
do $$
declare
  staged record;
begin
  for staged in
    select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relname ~ '^_incoming_f[0-9]+$'
  loop
    execute format('alter table %I.%I rename to %I', staged.nspname, staged.relname,
      replace(staged.relname, '_incoming_', '_staging_'));
  end loop;
end
$$;

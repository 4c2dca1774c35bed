-- How far each table mart is, in the place of one note for all marts of a dataset. A mart without a row has never been
-- refreshed.
create table landfall.mart (
  dataset       text not null,
  name          text not null,
  changes       bigint not null default 0,  -- of the dataset's files that it shows: landfall.file_changes
  refreshed_at  timestamptz,                -- when its last refresh began
  failed_since  timestamptz,                -- of the first of the refreshes that failed since
  error         jsonb,                      -- {code, message, fix} of the last of them
  primary key (dataset, name)
);
drop table landfall.mart_refresh;

-- A number that grows with every file of the dataset that is done or undone. A file is undone once, and stays so.
create function landfall.file_changes(of_dataset text) returns bigint language sql stable as $$
  select coalesce(sum(case state when 'done' then 1 when 'undone' then 2 else 0 end), 0)::bigint
  from landfall.file where dataset = of_dataset
$$;

-- {"kind": "mart"}: a mart fails, fails for another reason, or is refreshed after it had failed.
create function landfall.announce_mart() returns trigger language plpgsql as $$
begin
  perform pg_notify('landfall_change', json_build_object('kind', 'mart')::text);
  return null;
end
$$;
create trigger announce_new after insert on landfall.mart
  for each row when (new.error is not null) execute function landfall.announce_mart();
create trigger announce_change after update on landfall.mart
  for each row when (old.error is distinct from new.error) execute function landfall.announce_mart();
create trigger announce_gone after delete on landfall.mart
  for each row when (old.error is not null) execute function landfall.announce_mart();

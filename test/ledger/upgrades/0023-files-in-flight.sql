-- Snapshots, a rollup and a mart that could not be refreshed.
insert into landfall.snapshot (snapshot_id, dataset, file_id, kind, at)
values (nextval('landfall.snapshot_number'), 'sales', 6, 'undo', '2024-02-02Z');
insert into landfall.rollup (dataset, name, hash, stored, notes)
values ('sales', 'per_day', '0badcafe', '{}', '["per_day has 3 groups", "n is kept"]');
insert into landfall.mart (dataset, name, changes, failed_since, error)
values ('sales', 'sale', 1, '2024-03-01Z', '{"code": "LF_MART", "message": "gone", "fix": "create it"}');

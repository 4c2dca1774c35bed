-- The number of the newest snapshot of any dataset; 0: there is none.
-- row snapshot_id  integer not null
select coalesce(max(snapshot_id), 0) as snapshot_id from landfall.snapshot

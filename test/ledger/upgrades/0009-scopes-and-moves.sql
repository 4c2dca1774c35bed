-- A file that mends rejects and one that was undone; keys of a unique rule; an ingest that has died.
insert into landfall.file
  (dataset, name, url, scope, origin, bytes, fingerprint, content_hash, definition_version, layout, state, chunks,
   receipt, landed_at, finished_at, link, linked_to)
values
  ('sales', 'mended.csv', 'file:///archive/mended.csv', 'pool', 'landing', 10, 'f5', 'sha256:05', '00000000000000a1',
   '{"header": ["id"], "mending": {"file": 0, "byteOffset": 1}}', 'done', 1,
   '{"file": "mended.csv", "status": "done", "link": {"kind": "mends", "fileId": 1, "name": "done.csv"}, "rejectsByCode": {}, "checks": []}',
   '2024-02-01Z', '2024-02-01Z', 'mends', 1),
  ('sales', 'undone.csv', 'file:///archive/undone.csv', 'ingest-1', 'ingest', 10, 'f6', 'sha256:06', '00000000000000a1',
   '{"header": ["id"]}', 'undone', 1,
   '{"file": "undone.csv", "status": "done", "undone": {"at": "2024-02-02T00:00:00.000Z", "reason": "a test"}, "rejectsByCode": {}, "checks": []}',
   '2024-02-02Z', '2024-02-02Z', null, null);
insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start, state, rows_loaded, star_rows)
values (5, 0, 0, 10, 1, 'committed', 1, 1), (6, 0, 0, 10, 1, 'undone', 0, 0);
update landfall.reject set taken_by = 5;
insert into landfall.unique_rule (dataset, about) values ('sales', '{"columns": ["id"]}');
insert into landfall.unique_key (rule_id, key, file_id, chunk_id, byte_offset, line)
values (1, gen_random_uuid(), 1, 1, 3, 2);
insert into landfall.unique_file (file_id, rule_id) values (1, 1);
insert into landfall.mart_refresh (dataset, files) values ('sales', 1);

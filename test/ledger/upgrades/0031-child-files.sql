-- A source with its runs, a version of a reference table, and a file with a child.
insert into landfall.source (dataset, name, cursor, moved_at) values ('sales', 'api', '{"at": 7}', '2024-04-01Z');
insert into landfall.schedule (dataset, source, since, schedule) values ('sales', 'api', '2024-04-01Z', '{"every": "1d"}');
insert into landfall.run (dataset, source, kind, window_from, window_to, folder, state, pages, ended_at, bytes)
values ('sales', 'api', 'live', '2024-04-01Z', '2024-04-02Z', 'api/1', 'done', 1, '2024-04-02Z', 10);
insert into landfall.source_mark (dataset, source, mark) values ('sales', 'api', 'm1');
insert into landfall.reference (version, dataset, name, layout, content, rows)
values ('00000000000000b1', 'sales', 'states', '{}', '\x01', 1);
insert into landfall.file
  (dataset, name, url, scope, origin, bytes, fingerprint, content_hash, definition_version, layout, state, chunks,
   receipt, landed_at, seen_at, finished_at, run_id, parent_id)
values
  ('sales', 'api/1/p.json', 'file:///archive/p.json', 'pool', 'landing', 10, 'f7', 'sha256:07', '00000000000000a1',
   '{"header": ["id"]}', 'done', 1, '{"file": "api/1/p.json", "status": "done", "rejectsByCode": {}, "checks": []}',
   '2024-04-02Z', '2024-04-02Z', '2024-04-02Z', 1, null),
  ('lines', 'api/1/p.json', 'file:///archive/p.json', 'pool', 'landing', 10, 'f7', 'sha256:07', '00000000000000a1',
   '{"header": ["id"]}', 'done', 1, '{"file": "api/1/p.json", "status": "done", "rejectsByCode": {}, "checks": []}',
   '2024-04-02Z', '2024-04-02Z', '2024-04-02Z', null, 7);
insert into landfall.chunk (file_id, number, byte_start, byte_end, line_start, state, rows_parsed, rows_loaded, accounts)
values (7, 0, 0, 10, 1, 'committed', 1, 1, '{"lake": {"rows": 1, "bytes": 9}}'),
  (8, 0, 0, 10, 1, 'committed', 2, 2, '{"lake": {"rows": 2, "bytes": 9}}');

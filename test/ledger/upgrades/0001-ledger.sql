-- A ledger of the first version: a file that is done, one that failed, a duplicate, one in flight.
insert into landfall.definition (version, dataset, definition) values
  ('00000000000000a1', 'sales', '{"name": "sales", "star": {"schema": "star", "fact": "fact_sale"}}');
insert into landfall.file
  (dataset, name, url, scope, origin, bytes, fingerprint, content_hash, duplicate_of, definition_version, layout,
   state, chunks, receipt, error, landed_at, started_at, finished_at)
values
  ('sales', 'done.csv', 'file:///archive/done.csv', 'pool', 'landing', 100, 'f1', 'sha256:01', null,
   '00000000000000a1', '{"header": ["id"], "headerBytes": 3}', 'done', 2,
   '{"file": "done.csv", "status": "done", "rows": {"loaded": 7}, "rejectsByCode": {"LF_REJECT_TYPE": 1}, "checks": []}',
   null, '2024-01-01Z', '2024-01-01 00:00:01Z', '2024-01-01 00:00:02Z'),
  ('sales', 'failed.csv', 'file:///failed/failed.csv', 'pool', 'landing', 50, 'f2', 'sha256:02', null,
   '00000000000000a1', '{"header": ["id"], "headerBytes": 3}', 'failed', 1,
   '{"file": "failed.csv", "status": "failed", "rejectsByCode": {}, "checks": []}',
   '{"code": "LF_HEADER", "message": "no header", "fix": "add one"}', '2024-01-02Z', '2024-01-02Z', '2024-01-02Z'),
  ('sales', 'again.csv', 'file:///archive/again.csv', 'pool', 'landing', 100, 'f3', 'sha256:01', 1, null, null,
   'duplicate', 0, '{"file": "again.csv", "status": "duplicate", "rejectsByCode": {}, "checks": []}', null,
   '2024-01-03Z', null, '2024-01-03Z'),
  ('sales', 'flying.csv', 'file:///landing/flying.csv', 'pool', 'landing', 80, 'f4', null, null, null, null,
   'surveying', 0, null, null, '2024-01-04Z', '2024-01-04Z', null);
insert into landfall.chunk
  (file_id, number, byte_start, byte_end, line_start, state, claim, worker, rows_parsed, rows_loaded, rows_rejected,
   parts, committed_at)
values
  (1, 0, 0, 60, 1, 'committed', 1, 'w1', 5, 4, 1, 1, '2024-01-01Z'),
  (1, 1, 60, 100, 6, 'committed', 2, 'w2', 3, 3, 0, 1, '2024-01-01Z'),
  (2, 0, 0, 50, 1, 'failed', 1, null, 0, 0, 0, 0, null);
insert into landfall.part (path, chunk_id, file_id, dataset, rows, bytes) values
  ('sales/f1-c0.parquet', 1, 1, 'sales', 4, 400), ('sales/f1-c1.parquet', 2, 1, 'sales', 3, 300);
insert into landfall.reject (file_id, chunk_id, byte_offset, line, column_name, code, message, raw, definition_version)
values (1, 1, 20, 3, 'id', 'LF_REJECT_TYPE', 'not a number', 'x', '00000000000000a1');
insert into landfall.survey (file_id, number, byte_start, byte_end, block_hashes, result) values (4, 0, 0, 80, '', '[]');

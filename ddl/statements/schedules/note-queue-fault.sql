-- Notes why the queue of a source cannot be read. Null: it can.
-- $1 dataset  text
-- $2 source  text
-- $3 queue_fault  jsonb null
insert into landfall.source (dataset, name, queue_fault) values ($1, $2, $3)
on conflict (dataset, name) do update set queue_fault = excluded.queue_fault
where source.queue_fault is distinct from excluded.queue_fault

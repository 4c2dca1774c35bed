-- Why the queue of a source cannot be read. Null: it can.
-- $1 dataset  text
-- $2 source  text
-- row queue_fault  jsonb null
select queue_fault from landfall.source where dataset = $1 and name = $2

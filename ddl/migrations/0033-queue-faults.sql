-- Why the queue that a source's bucket sends notifications to cannot be read, as its coordinator last saw it; null: it
-- can, or the source has none.
alter table landfall.source add column queue_fault jsonb;

-- How often a worker took the chunk and another had to take it over, because the first one had ended or was
-- silent for too long. `worker` is who has it now; null when the last one gave it back.
alter table landfall.chunk add column lost integer not null default 0;

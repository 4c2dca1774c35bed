-- Small files that are loaded as a group share parts from the start: in each partition, the group has one part.
--
-- A worker notes such a part before it writes it, with the first chunk of the group and the fencing token of its claim.
-- While this claim holds the chunk, the worker may still list the part. Afterwards it cannot, because a group commits as a
-- whole or not at all: a part that is not listed by then is deleted. Null: a compaction has noted it, under its lock.
--
-- The rows of such chunks in landfall.part never had a part of their own. Their path is `s12/34`: shared part, chunk.
alter table landfall.shared_part
  add column chunk_id integer,
  add column fencing_token integer;

-- Until when a replaced part stays for readers that have begun to read it. Null: as long as the coordinator's setting says.
alter table landfall.retired_part add column kept_until timestamptz;

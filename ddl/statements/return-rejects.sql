-- Rejects that a replay took and that still do not fit wait again with their file, with the reasons of now.
-- $1 file_id  integer   the replay
-- $2 origin_offset  bigint[]   where they stand in the file that they are of
-- $3 replay_offset  bigint[]   where they stand in the replay
with returned as (
  update landfall.reject o
  set taken_by = null, column_name = r.column_name, code = r.code, message = r.message,
      definition_version = r.definition_version
  from unnest($2::bigint[], $3::bigint[]) as p (origin_offset, replay_offset)
  join landfall.reject r on r.file_id = $1 and r.byte_offset = p.replay_offset
  where o.taken_by = $1 and o.byte_offset = p.origin_offset
  returning r.reject_id
)
delete from landfall.reject where reject_id in (select reject_id from returned)

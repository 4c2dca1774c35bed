-- Lets the rejects of a replay that still do not fit wait again with the file that they belong to, each with
-- its current reason. The bounds keep each call to its own rows, even where the server has no statistics of
-- the table.
-- $1 file_id  integer   the replay
-- $2 origin_offset  bigint[]   in the file that they belong to
-- $3 replay_offset  bigint[]   in the replay
with bounds as (
  select min(origin_offset) as origin_from, max(origin_offset) as origin_to,
    min(replay_offset) as replay_from, max(replay_offset) as replay_to
  from unnest($2::bigint[], $3::bigint[]) as p (origin_offset, replay_offset)
), returned as (
  update landfall.reject o
  set taken_by = null, column_name = r.column_name, code = r.code, message = r.message,
      definition_version = r.definition_version
  from unnest($2::bigint[], $3::bigint[]) as p (origin_offset, replay_offset)
  join landfall.reject r on r.file_id = $1 and r.byte_offset = p.replay_offset
    and r.byte_offset >= (select replay_from from bounds) and r.byte_offset <= (select replay_to from bounds)
  where o.taken_by = $1 and o.byte_offset = p.origin_offset
    and o.file_id = (select file_id from landfall.reject where taken_by = $1 limit 1)
    and o.byte_offset >= (select origin_from from bounds) and o.byte_offset <= (select origin_to from bounds)
  returning r.reject_id
)
delete from landfall.reject where reject_id in (select reject_id from returned)

-- {"kind": "attention"}: what needs a person may have changed in what the ledger alone knows. A notice was dismissed or
-- restored, or an endpoint of a webhook refused what it was told, gave another answer, or has been told at last.
create function landfall.announce_attention() returns trigger language plpgsql as $$
begin
  perform pg_notify('landfall_change', json_build_object('kind', 'attention')::text);
  return null;
end
$$;
create trigger announce_change after insert or update or delete on landfall.dismissal
  for each row execute function landfall.announce_attention();

create function landfall.is_refused(state text, answer text) returns boolean language sql immutable
  return state = 'failed' or (state = 'waiting' and answer is not null);
create trigger announce_change after update on landfall.delivery for each row
  when ((landfall.is_refused(old.state, old.answer) or landfall.is_refused(new.state, new.answer))
    and (old.state, old.answer) is distinct from (new.state, new.answer))
  execute function landfall.announce_attention();
create trigger announce_gone after delete on landfall.delivery for each row
  when (landfall.is_refused(old.state, old.answer)) execute function landfall.announce_attention();

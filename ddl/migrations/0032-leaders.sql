-- Who leads each scope. The term grows with each coordinator that takes over. The sessions of a coordinator carry
-- theirs (landfall.scope and landfall.term): as soon as there is a newer one, the server refuses what they would
-- change here, from the plan of a file to its end.
create table landfall.leader (
  scope  text primary key,
  term   integer not null,
  host   text not null,
  pid    integer not null,
  since  timestamptz not null default now()
);

-- Throws LF001 in a session whose term is over. The row stays locked until the transaction ends, so that a new term
-- begins after all transactions of the one before.
create function landfall.hold_term() returns void language plpgsql as $$
begin
  perform from landfall.leader
  where scope = current_setting('landfall.scope') and term = current_setting('landfall.term')::integer
  for share;
  if not found then
    raise exception 'another coordinator leads' using errcode = 'LF001';
  end if;
end
$$;

-- Sessions without a term belong to workers and commands, which have fences of their own.
create function landfall.check_term() returns trigger language plpgsql as $$
begin
  if current_setting('landfall.term', true) <> '' then
    perform landfall.hold_term();
  end if;
  return null;
end
$$;

create trigger term before insert or update or delete on landfall.file
  for each statement execute function landfall.check_term();
create trigger term before insert or update or delete on landfall.scan
  for each statement execute function landfall.check_term();
create trigger term before insert or update or delete on landfall.source
  for each statement execute function landfall.check_term();
create trigger term before insert or update or delete on landfall.schedule
  for each statement execute function landfall.check_term();
create trigger term before insert or update or delete on landfall.run
  for each statement execute function landfall.check_term();

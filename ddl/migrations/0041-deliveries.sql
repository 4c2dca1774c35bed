-- What webhooks are told, written in the transaction in which it happens; and what became of it.
create table landfall.delivery (
  delivery_id  bigint generated always as identity primary key,
  webhook_id   text not null default 'msg_' || replace(gen_random_uuid()::text, '-', ''),  -- the receiver knows it by this
  endpoint     text not null,         -- its name in the settings
  event        text not null,         -- file.done, mart.behind, …
  subject      text not null,         -- what it is about: 12, trips.daily …
  data         jsonb not null,
  created_at   timestamptz not null default now(),
  state        text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
  attempts     integer not null default 0,
  -- When it is sent again at the earliest. Whoever sends it sets it to a time at which it has surely ended.
  next_at      timestamptz not null default now(),
  attempt_at   timestamptz,           -- the last attempt, and what came of it
  status       integer,               -- of HTTP; null: no answer
  answer       text,                  -- the beginning of the body, or why there is no answer
  ended_at     timestamptz,           -- when it was delivered or given up
  -- Several processes may see the same thing happen: it is told once.
  unique (endpoint, event, subject)
);
create index delivery_waiting on landfall.delivery (endpoint, next_at) where state = 'waiting';
create index delivery_failed on landfall.delivery (endpoint) where state = 'failed';

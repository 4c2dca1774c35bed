-- What people did, and what they do not want to be told any more.

-- Who asked for a change, before it is made; and what became of it.
create table landfall.action (
  action_id  bigint generated always as identity primary key,
  at         timestamptz not null default now(),
  via        text not null check (via in ('http', 'cli')),
  who        text,                 -- the name of the token, or of the user who ran the command; null: no token is set
  role       text,                 -- view, operate, admin; null for a command
  address    text,                 -- of whoever sent the request, or the host of the command
  what       text not null,        -- undo, replay, …
  target     text,                 -- what it was done to: 12:trips.csv, orders.shop
  details    jsonb,                -- what else was asked
  outcome    text,                 -- null: it has not ended, or its process died; ok; else the code of the error
  ended_at   timestamptz
);

-- Notices that a person has dismissed. Another occurrence of the same fault is shown again.
create table landfall.dismissal (
  kind          text not null,
  key           text not null,
  occurrence    text not null,
  dismissed_at  timestamptz not null default now(),
  dismissed_by  text,               -- the name of a token; null: no token is set
  primary key (kind, key)
);

/** An upsert as an engineer writes it: COPY into a staging table, then `insert … on conflict do update`. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Side } from '../rounds/rounds.ts';
import { type Arena, type Input, withClient } from './arena.ts';

const columns = 'account bigint, at timestamptz, balance numeric(12, 2), state text';

/** Of two states of an account the later one counts, and of two of one instant the greater, as with Landfall. */
const upsert = `insert into hand_accounts (account, at, balance, state)
  select distinct on (account) account, at, balance, state from hand_staging order by account, at desc, balance desc, state desc
  on conflict (account) do update set at = excluded.at, balance = excluded.balance, state = excluded.state
  where (excluded.at, excluded.balance, excluded.state) > (hand_accounts.at, hand_accounts.balance, hand_accounts.state)`;

/** Times the upsert of `input` into a table that has the accounts of `before`. */
export function handUpsertSide(arena: Arena, before: Input, input: Input): Side {
  return {
    name: `COPY and insert … on conflict do update of ${input.rows.toLocaleString('en')} known accounts, no lake`,
    rows: input.rows,
    bytes: input.bytes,
    run: () =>
      withClient(arena.databaseUrl, async (client) => {
        await client.query(`set timezone = 'UTC'`);
        await client.query(`create table hand_accounts (${columns}, primary key (account))`);
        try {
          await upsertFile(client, before);
          await arena.settle(input);
          const started = performance.now();
          await upsertFile(client, input);
          const seconds = (performance.now() - started) / 1000;
          const { rows } = await client.query(
            `select count(*)::int as accounts, min(extract(year from at))::int as year from hand_accounts`,
          );
          const [{ accounts, year }] = rows;
          if (accounts !== input.rows || year !== 2019)
            throw new Error(`the table has ${accounts} accounts, of ${year} and later`);
          return { seconds };
        } finally {
          await client.query('drop table if exists hand_accounts');
        }
      }),
  };
}

async function upsertFile(client: pg.Client, { path }: Input): Promise<void> {
  await client.query(`create temporary table hand_staging (${columns})`);
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    client.query(copyFrom('copy hand_staging from stdin with (format csv, header true)')),
  );
  await client.query(upsert);
  await client.query('drop table hand_staging');
}

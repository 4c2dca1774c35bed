/** Subscriptions day by day, from a real database to the star, against DuckDB reading the same tables. */
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { to as copyTo } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceNamed } from '../../../coordinator/fetch/find-source.ts';
import { requestRun } from '../../../coordinator/fetch/request-run.ts';
import { type Change, type Table, tableNames } from '../../../datasets/subscriptions/app/app-tables.ts';
import { changesOf } from '../../../datasets/subscriptions/app/changes.ts';
import { applyChanges, createApp } from '../../../datasets/subscriptions/app/database.ts';
import { runOf } from '../../../ledger/runs.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { builtin } from '../../support/builtin.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { replayed, undone } from '../again.ts';
import { oracleAndSites } from '../agree.ts';
import type { TestSite } from '../site.ts';

const dayMs = 86_400_000;
const [from, days] = ['2024-01-01', 120];
/** Days that are played one by one: thirty in long runs. What was before the first of them is there at once. */
const played = plays(10, 30);
const firstDay = days - played;

/** What the star shows, and what the oracle expects. The columns of both are texts and whole numbers. */
const shown: Readonly<Record<string, { star: string; expected: string }>> = {
  users: {
    star: 'select id, full_name, email, born_on::text, signed_up_on::text from star.dim_subscriber order by id',
    expected:
      'select id, full_name, email, born_on::text as born_on, signed_up_on::text as signed_up_on from users order by id',
  },
  cards: {
    star: 'select id, user_id, bank_id, last_digits, expires::text from star.dim_card order by id',
    expected: 'select id, user_id, bank_id, last_digits, expires::text as expires from cards order by id',
  },
  addresses: {
    star: 'select id, user_id, kind, street, city, country from star.dim_address order by id',
    expected: 'select * from addresses order by id',
  },
  plans: {
    star: `select id, name, price::text, period, to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as since
      from star.dim_plan order by id, valid_from`,
    expected: `select id, name, price::text as price, period, strftime(valid_from, '%Y-%m-%d %H:%M') as since
      from plans order by id, valid_from`,
  },
  subscriptions: {
    star: `select id, user_id, plan_id, card_id, started_on::text, ended_on::text, status, start_date.date::text as start_date
      from star.fct_subscription join star.dim_date as start_date on start_date.date_key = start_key order by id`,
    expected: `select id, user_id, plan_id, card_id, started_on::text as started_on, ended_on::text as ended_on, status,
      started_on::text as start_date from subscriptions order by id`,
  },
  payments: {
    star: `select id, subscription_id, user_id, plan_id, card_id, paid_on::text, amount::text, discount::text
      from star.fct_payment order by id`,
    expected: `select id, subscription_id, user_id, plan_id, card_id, paid_on::text as paid_on, amount::text as amount,
      discount::text as discount from payments order by id`,
  },
  payment: {
    star: `select id, paid_on::text, plan, amount::text, discount::numeric(10, 2)::text as discount, full_name, email,
      last_digits, bank, city from star.payment order by id`,
    expected: `select * replace (paid_on::text as paid_on, amount::text as amount, discount::text as discount)
      from payment order by id`,
  },
  recurring: {
    star: `select plan, month::text, subscriptions::int, revenue::text from star.monthly_recurring_revenue order by 1, 2`,
    expected: `select plan, month::text as month, subscriptions, revenue::text as revenue
      from monthly_recurring_revenue order by 1, 2`,
  },
  churn: {
    star: 'select month::text, at_start::int, lost::int from star.churn order by 1',
    expected: 'select month::text as month, at_start, lost from churn order by 1',
  },
  net: {
    star: `select plan, month::text, payments::int, amount::text, discount::numeric(18, 2)::text as discount,
      net_revenue::numeric(18, 2)::text as net_revenue from star.net_revenue order by 1, 2`,
    expected: `select * replace (month::text as month, amount::text as amount, discount::text as discount,
      net_revenue::text as net_revenue) from net_revenue order by 1, 2`,
  },
};

const shared = oracleAndSites();
let app: TestDatabase;
beforeAll(async () => {
  app = await testDatabase();
  process.env.SUBSCRIPTIONS_URL = app.url;
  await createApp(app.pool);
});
afterAll(async () => {
  delete process.env.SUBSCRIPTIONS_URL;
  await app.drop();
});

/** Reads the application's tables into the oracle, with its own reader. Plans are added to those that were seen. */
async function readTables(folder: string): Promise<void> {
  const client = await app.pool.connect();
  try {
    await client.query("set timezone = 'UTC'");
    for (const table of tableNames) {
      const path = join(folder, `${table}.csv`);
      const copy = copyTo(`copy app.${table} to stdout with (format csv, header)`);
      await pipeline(client.query(copy), createWriteStream(path));
      const read = `select * from read_csv('${path}', all_varchar = true, header = true)`;
      await shared.oracle.connection.run(
        table === 'plans'
          ? `create table if not exists raw_plans as ${read} limit 0; insert into raw_plans ${read}`
          : `create or replace table raw_${table} as ${read}`,
      );
    }
  } finally {
    client.release(true);
  }
  await shared.oracle.connection.run(
    readFileSync(new URL('../../oracle/subscriptions.sql', import.meta.url), 'utf8'),
  );
}

async function expectAgreement(site: TestSite): Promise<void> {
  for (const [name, { star, expected }] of Object.entries(shown))
    expect({ [name]: await site.query(star) }).toEqual({ [name]: await shared.oracle.rows(expected) });
}

const paymentsOf = (site: TestSite) => site.query(shown.payments.star);

async function newestFile(site: TestSite): Promise<number> {
  const [{ file }] = await site.query<{ file: number }>(
    'select coalesce(max(file_id), 0)::int as file from landfall.file',
  );
  return file;
}

/** A mart of payments that joins cards on the user alone is found by the check, and the one that there is is not. */
async function expectTheCheckToFind(site: TestSite): Promise<void> {
  const read = (path: string) =>
    readFileSync(new URL(`../../../datasets/subscriptions/${path}.sql`, import.meta.url), 'utf8');
  const check = read('checks/joins_keep_payments');
  expect(await site.query(check)).toEqual([]);
  const wrong = read('marts/payment').replace('card.id = payment.card_id', 'card.user_id = payment.user_id');
  expect(await site.query(check.replace('from star.payment)', `from (${wrong}) as payment)`))).toHaveLength(
    1,
  );
}

/** The application's database lets nobody in, or everybody again. */
async function refuse(site: TestSite, on: boolean): Promise<void> {
  const name = new URL(app.url).pathname.slice(1);
  await site.query(`alter database "${name}" with allow_connections ${!on}`);
}

const datasetOf = (table: Table) => (table === 'subscriptions' ? 'subscriptions' : `subscriptions_${table}`);

describe('subscriptions', () => {
  const users = 150;

  it('day by day: doubled, late, corrected and deleted rows, an outage, an undo and a replay', async () => {
    const site = await shared.site({ backend: 'postgres', examples: ['subscriptions'] });
    const registry = await loadRegistry({ builtin, paths: [], home: site.folder });
    const folder = tempFolder();
    const changes = changesOf({ users, from, days });
    const dayOf = ({ at }: Change) => Math.floor((at - Date.parse(from)) / dayMs);
    const counted = { doubled: 0, deleted: 0, late: 0 };

    const request = async (source: string) =>
      (await requestRun(site.database.pool, sourceNamed(registry, source), null)).runId;
    const done = async (runIds: readonly number[]) => {
      for (const runId of runIds)
        await expect
          .poll(async () => (await runOf(site.database.pool, runId))!.state, { timeout: 60_000 })
          .toBe('done');
      const busy = `select name, state, error from landfall.file where state not in ('done', 'duplicate', 'undone')`;
      await expect.poll(() => site.query(busy), { timeout: 60_000 }).toEqual([]);
    };
    const nextSecond = () => delay(1000 - (Date.now() % 1000) + 5);

    for (let day = firstDay - 1; day < days; day++) {
      const today = changes.filter((change) =>
        day < firstDay ? dayOf(change) <= day : dayOf(change) === day,
      );
      await applyChanges(app.pool, today);
      for (const { rows, at } of today) {
        counted.doubled += rows.length === 2 ? 1 : 0;
        counted.deleted += rows.length === 0 ? 1 : 0;
        counted.late += rows.some(({ updated_at }) => updated_at < at) ? 1 : 0;
      }
      await readTables(folder);
      const written = new Set(today.filter(({ rows }) => rows.length > 0).map(({ table }) => table));
      const before =
        day < firstDay ? null : { payments: await paymentsOf(site), file: await newestFile(site) };
      await nextSecond();
      const isDown = day === firstDay + 4;
      if (isDown) await refuse(site, true);
      const runs = await Promise.all([...written].map((table) => request(`${datasetOf(table)}.app`)));
      if (isDown) {
        const states = () => Promise.all(runs.map((runId) => runOf(site.database.pool, runId)));
        await expect
          .poll(async () => (await states()).every((run) => run!.waitsSince !== null), { timeout: 30_000 })
          .toBe(true);
        await refuse(site, false);
      }
      await done(runs);
      // What was charged back is found by the sweep.
      if (today.some(({ rows }) => rows.length === 0))
        await done([await request('subscriptions_payments.app-sweep')]);
      await expectAgreement(site);
      if (before !== null && day === firstDay + 6) {
        const files = await site.query<{ id: string }>(
          `select file_id::text as id from landfall.file where dataset = 'subscriptions_payments' and file_id > $1`,
          [before.file],
        );
        expect(files.length).toBeGreaterThan(0);
        for (const { id } of files) await undone(site, id);
        expect(await paymentsOf(site)).toEqual(before.payments);
        for (const { id } of files) expect((await replayed(site, id)).status).toBe('done');
        await expectAgreement(site);
      }
    }
    expect(counted.doubled).toBeGreaterThan(10);
    expect(counted.deleted).toBeGreaterThan(0);
    expect(counted.late).toBeGreaterThan(10);
    await expectTheCheckToFind(site);
    // Nothing was rejected: every spelling is known.
    const [{ rejected }] = await site.query<{ rejected: number }>(
      'select coalesce(sum(rows_rejected), 0)::int as rejected from landfall.file',
    );
    expect(rejected).toBe(0);
  }, 600_000);
});

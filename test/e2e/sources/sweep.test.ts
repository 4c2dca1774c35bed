/** A table that is fetched and swept, from its database to the star, in both modes that delete. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sourceNamed } from '../../../coordinator/fetch/find-source.ts';
import { requestRun } from '../../../coordinator/fetch/request-run.ts';
import { runOf } from '../../../ledger/runs.ts';
import { loadRegistry } from '../../../model/registry.ts';
import { builtin } from '../../support/builtin.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';

const definition = (name: string, mode: string) => `
import { defineDataset, env, history, integer, postgres, sweepColumns, text, timestamp, upsert } from 'landfall';
export default defineDataset({
  name: '${name}',
  columns: {
    id: integer({ required: true }),
    name: text(),
    updated_at: timestamp({ formats: ['yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm:ss.S'] }),
    ...sweepColumns,
  },
  mode: ${mode},
  star: { fact: 'fact_${name}', columns: ['id', 'name', 'updated_at', 'landfall_key', 'landfall_row'] },
  sources: {
    crm: postgres({ url: env('CRM_URL'), table: 'app.customers', key: ['id'], cursor: 'updated_at', sweep: 'daily' }),
  },
});
`;
const event = `key: ['id'], orderBy: 'landfall_at', deleted: 'landfall_deleted'`;

let app: TestDatabase;
let database: TestDatabase;
let site: TestSite;
const folder = tempFolder();
const datasets = join(folder, 'datasets');
beforeAll(async () => {
  [app, database] = [await testDatabase(), await testDatabase()];
  process.env.CRM_URL = app.url;
  for (const [name, mode] of [
    ['customers', `upsert({ ${event} })`],
    ['past', `history({ ${event}, track: ['name'] })`],
  ]) {
    mkdirSync(join(datasets, name), { recursive: true });
    writeFileSync(join(datasets, name, 'dataset.ts'), definition(name, mode));
  }
  site = await testSite({
    backend: 'postgres',
    folder,
    datasets: [datasets],
    database: { ...database, drop: async () => {} },
  });
});
afterAll(async () => {
  await site.close();
  await database.drop();
  await app.drop();
});

/** Carries a source out by the running coordinator, until its files are loaded. The number of its pages. */
async function fetched(source: string): Promise<number> {
  const registry = await loadRegistry({ builtin, paths: [datasets], home: folder });
  // Runs without a window are named after the second, and two of one second are the same run.
  await delay(1000);
  const { runId } = await requestRun(database.pool, sourceNamed(registry, source), null);
  const state = async () => (await runOf(database.pool, runId))!;
  await expect.poll(async () => (await state()).state, { timeout: 60_000 }).toBe('done');
  const busy = `select count(*)::int as busy from landfall.file where state not in ('done', 'failed', 'duplicate')`;
  await expect
    .poll(async () => (await site.query<{ busy: number }>(busy))[0].busy, { timeout: 60_000 })
    .toBe(0);
  return (await state()).pages;
}

it.each(['customers', 'past'])(
  '%s equals the table after a sweep, and a second one sends nothing',
  async (dataset) => {
    const sql = (text: string) => app.pool.query(text);
    await sql(`drop schema if exists app cascade; create schema app;
    create table app.customers (id int primary key, name text, updated_at timestamptz not null);
    insert into app.customers select i, 'name ' || i, now() - interval '1 day' from generate_series(1, 300) i`);
    const shown = async () => {
      const now = dataset === 'past' ? 'where valid_to is null' : '';
      return site.query(`select id, name, updated_at from star.fact_${dataset} ${now} order by id`);
    };
    const table = async () => (await sql('select id, name, updated_at from app.customers order by id')).rows;
    expect(await fetched(`${dataset}.crm`)).toBe(1);
    expect(await shown()).toEqual(await table());
    expect(await fetched(`${dataset}.crm-sweep`)).toBe(0);
    await sql(`delete from app.customers where id % 10 = 0;
    update app.customers set name = 'silent' where id % 10 = 1;
    update app.customers set name = 'older', updated_at = '2001-01-01' where id % 10 = 2;
    insert into app.customers values (1000, 'new', now())`);
    expect(await fetched(`${dataset}.crm-sweep`)).toBe(1);
    expect(await shown()).toEqual(await table());
    if (dataset === 'past') {
      // What is gone was there until the sweep noticed it.
      const [gone] = await site.query(
        "select valid_to - valid_from > interval '1 hour' as lasted from star.fact_past where id = 10",
      );
      expect(gone).toEqual({ lasted: true });
    }
    await fetched(`${dataset}.crm`);
    expect(await shown()).toEqual(await table());
    expect(await fetched(`${dataset}.crm-sweep`)).toBe(0);
  },
);

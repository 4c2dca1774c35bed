/** Rollups of a whole site equal their facts, whatever happens to files and definitions. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { type TestSite, testSite } from '../site.ts';
import { commandAt } from './sales-site.ts';

const first = `per_shop: rollup({
      by: ['shop_key', monthStart('at')],
      measures: { sales: count(), paid: sum('amount'), km: sum('km'), half: median('amount'), latest: lastBy('id', 'at') },
    }),
    per_shop_named: view('select shop.name, sales from star.per_shop join star.dim_shop shop using (shop_key)'),`;

function define(folder: string, marts: string): string {
  const definitions = join(folder, 'datasets');
  mkdirSync(definitions, { recursive: true });
  writeFileSync(
    join(definitions, 'sales.ts'),
    `import { count, countDistinct, defineDataset, float8, integer, lastBy, lookup, median, monthStart, numeric, rollup, sql, sum, text, timestamp, view } from 'landfall';
void [count, countDistinct, lastBy, median, monthStart, rollup, sql, sum, view];
export default defineDataset({
  name: 'sales',
  columns: { id: integer({ required: true }), shop: text({ required: true }), at: timestamp(), amount: numeric(8, 2), km: float8() },
  star: { fact: 'fact_sale', dimensions: { shop_key: lookup('dim_shop', { name: 'shop' }) } },
  rejects: { share: 1 },
  versions: 'replace',
  marts: {
    ${marts}
  },
});
`,
  );
  return definitions;
}

let database: TestDatabase;
let site: TestSite;
let command: ReturnType<typeof commandAt>;
const staged = tempFolder();

const folder = tempFolder();

/** Opens the site with these marts, on the database and the folders that it had. */
async function open(marts: string): Promise<void> {
  await site?.close();
  const datasets = [define(folder, marts)];
  site = await testSite({ backend: 'postgres', chunkBytes: 1024, folder, datasets, database });
  command = commandAt(site);
}

beforeAll(async () => {
  database = await testDatabase();
  await open(first);
});
afterAll(async () => {
  await site?.close();
  await database?.drop();
});

function csv(name: string, from: number, count: number, ...more: string[]): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const id = from + i;
    return `${id},Shop ${id % 5},2024-0${1 + (id % 3)}-0${1 + (id % 9)} 10:00:00,${id % 11}.50,${id / 10}`;
  });
  const path = join(staged, name);
  writeFileSync(path, `id,shop,at,amount,km\n${[...rows, ...more].join('\n')}\n`);
  return path;
}

/** What the command says of all rollups, which agree with their facts; and the sales that they count. */
async function audited(): Promise<number> {
  const { stdout, code } = await command('audit', '--marts');
  expect([stdout, code]).toEqual([expect.not.stringContaining('✗'), 0]);
  const [{ sales }] = await site.query<{ sales: number }>(
    'select coalesce(sum(sales), 0)::int as sales from star.per_shop',
  );
  return sales;
}

describe('rollups', () => {
  it('follow files that land, are undone, replayed and replaced, and small files in groups', async () => {
    await site.drop('sales', csv('a.csv', 1, 200, '999,Shop 1,never,1,1'));
    await site.drop('sales', csv('b.csv', 201, 100));
    expect(await audited()).toBe(300);
    await command('undo', 'a.csv');
    expect(await audited()).toBe(100);
    await command('replay', 'a.csv', '--whole');
    expect(await audited()).toBe(300);
    await site.drop('sales', csv('b.csv', 301, 50));
    expect(await audited()).toBe(250);
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => site.drop('sales', csv(`small-${i}.csv`, 1000 + 3 * i, 3))),
    );
    expect(await audited()).toBe(286);
    expect(await site.query('select sum(sales)::int as sales from star.per_shop_named')).toEqual([
      { sales: 286 },
    ]);
  });

  it('are built from the loaded facts when the definition has another, and dropped when it has none', async () => {
    await open(
      `${first.replace('sales: count()', "sales: count(), shops: countDistinct('shop_key')")}
      related: rollup({ by: ['shop_key'], measures: { slope: sql('regr_count(amount, km)', 'bigint') } }),`,
    );
    await site.drop('sales', csv('c.csv', 2000, 20));
    expect(await audited()).toBe(306);
    expect((await command('audit', '--marts')).stdout).toBe(
      '✓ sales/per_shop: 15 groups\n✓ sales/related: 5 groups\n',
    );
    await open("other: rollup({ by: ['shop_key'], measures: { sales: count() } }),");
    await site.drop('sales', csv('d.csv', 3000, 20));
    expect((await command('audit', '--marts')).stdout).toBe('✓ sales/other: 5 groups\n');
    const left = await site.query(
      `select relname as name from pg_class where relnamespace = 'star'::regnamespace and relname ~ '^_|^per_|^related'`,
    );
    expect(left.map(({ name }) => String(name)).filter((name) => !name.startsWith('_other_'))).toEqual([]);
  });

  it('that differ from their facts are named, and the command fails', async () => {
    await site.query(`do $$ declare state text; begin
      select oid::regclass into state from pg_class where relname ~ '^_other_[0-9a-f]{8}$';
      execute 'update ' || state || ' set _rows = _rows + 1 where shop_key = (select min(shop_key) from ' || state || ')';
    end $$`);
    const { stdout, code } = await command('audit', '--marts');
    expect([stdout, code]).toEqual([
      '✗ sales/other: 5 groups; 1 differ from their facts\n  ✗ {"shop_key":1}\n',
      1,
    ]);
  });
});

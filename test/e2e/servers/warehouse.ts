/** One load that uses the server in most ways, and all that it leaves there, whatever the server is set to. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { type TestSite, type TestSiteOptions, testSite } from '../site.ts';

/** Rows that are appended, with a rule of uniqueness and rollups, and events of a keyed dataset, in a schema of its own. */
const definitions = {
  sales: `import { count, date, dateDimension, defineDataset, float8, integer, interval, json, lookup, max, median, monthStart, numeric, rollup, sum, text, timestamp, unique } from 'landfall';
export default defineDataset({
  name: 'sales',
  columns: {
    id: integer({ required: true }), shop: text({ required: true }), at: timestamp({ formats: ['yyyy-MM-dd HH:mm:ss.S'] }), day: date(),
    amount: numeric(12, 4), ratio: float8(), took: interval(), more: json(),
  },
  rules: (c) => ({ id_once: unique([c.id]) }),
  star: {
    fact: 'fact_sale',
    dimensions: { shop_key: lookup('dim_shop', { name: 'shop' }), date_key: dateDimension('dim_date', 'at') },
  },
  marts: {
    per_shop: rollup({ by: ['shop_key', monthStart('at')], measures: { sales: count(), paid: sum('amount'), half: median('ratio'), latest: max('at') } }),
    per_day: { kind: 'table', uniqueKey: ['day'], sql: 'select day, sum(amount) as paid from star.fact_sale group by day' },
  },
  queries: { paid: { description: 'What all have paid.', sql: 'select sum(paid) as paid from star.per_shop' } },
  checks: { none_below_0: 'select id from star.fact_sale where amount < 0' },
  rejects: { share: 1 },
});
`,
  orders: `import { boolean, count, defineDataset, integer, lookup, rollup, sum, text, upsert } from 'landfall';
export default defineDataset({
  name: 'orders',
  columns: { id: text(), v: integer(), gone: boolean({ optional: true }), state: text() },
  mode: upsert({ key: ['id'], orderBy: 'v', deleted: 'gone' }),
  star: { schema: 'shop', fact: 'fact_order', dimensions: { state_key: lookup('dim_state', { name: 'state' }, {}, { keys: 'hashed' }) }, columns: ['id', 'v'] },
  marts: { per_state: rollup({ by: ['state_key'], measures: { orders: count(), v: sum('v') } }) },
});
`,
} as const;

/** Writes the definitions into the folder, and returns where they are. */
export function defineWarehouse(folder: string): string[] {
  const datasets = join(folder, 'datasets');
  for (const [name, text] of Object.entries(definitions)) {
    mkdirSync(join(datasets, name), { recursive: true });
    writeFileSync(join(datasets, name, 'dataset.ts'), text);
  }
  return [datasets];
}

/** The schemas of its stars, for ddl/roles. */
export const starSchemas = 'star,shop';

const sale = (id: number) =>
  [
    ...[id, `Shop "${id % 4}" \\ ä`, `2024-0${1 + (id % 3)}-1${id % 10} 10:00:0${id % 10}.25`],
    ...[
      `2024-${String(1 + (id % 12)).padStart(2, '0')}-05`,
      `${id}.${id % 7}25`,
      id / 3,
      `P${id % 3}DT${id}M`,
    ],
    id % 5 === 0 ? '' : `{"a": [1, null, "x'${id}"]}`,
  ]
    .map((field) => `"${String(field).replaceAll('"', '""')}"`)
    .join(',');

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

function fileOf(folder: string, name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Lands a file of this dataset, and fails with its error if it does not end well. */
async function land(site: TestSite, dataset: string, name: string, lines: readonly string[]): Promise<void> {
  const receipt = await site.drop(dataset, fileOf(site.folder, name, lines));
  if (receipt.status !== 'done') throw new Error(`${name}: ${JSON.stringify(receipt.error)}`);
}

/** Lands five files: sales of some chunks, others that repeat some of them, and three of orders. */
export async function fillWarehouse(site: TestSite): Promise<void> {
  const header = 'id,shop,at,day,amount,ratio,took,more';
  const events = 'id,v,gone,state';
  const [first, second, third] = [range(0, 300), range(100, 250), range(50, 120)].map((ids, v) =>
    ids.map((id) => `o${id},${v},${v === 2 && id % 2 === 0},${['new', 'paid', 'sent'][(id + v) % 3]}`),
  );
  await Promise.all([
    land(site, 'sales', 'a.csv', [header, ...range(0, 300).map(sale), 'x']).then(() =>
      land(site, 'sales', 'b.csv', [header, ...range(290, 400).map(sale)]),
    ),
    land(site, 'orders', 'new.csv', [events, ...first]).then(async () => {
      await land(site, 'orders', 'paid.csv', [events, ...second]);
      await land(site, 'orders', 'sent.csv', [events, ...third]);
    }),
  ]);
}

/** All that the warehouse shows, as text: two that were filled alike are equal. */
export async function warehouseOf(site: Pick<TestSite, 'query'>): Promise<Record<string, string[]>> {
  const queries = {
    sales: `select s.id, name, d.date as date_of_at, at, s.day, amount, ratio, took, more from star.fact_sale s
      join star.dim_shop using (shop_key) join star.dim_date d on d.date_key = s.date_key`,
    'sales by shop': 'select name, r.* from star.per_shop r join star.dim_shop using (shop_key)',
    'sales by day': 'select * from star.per_day',
    orders: 'select o.id, v, name from shop.fact_order o join shop.dim_state using (state_key)',
    'orders by state': 'select name, r.* from shop.per_state r join shop.dim_state using (state_key)',
    rejects: 'select code, column_name, message, line, raw from landfall.reject',
    files: 'select name, state, rows_parsed, rows_loaded, rows_rejected from landfall.file',
    lake: 'select dataset, sum(rows) as rows from landfall.part group by dataset',
  };
  const shown = Object.entries(queries).map(async ([name, sql]) => {
    const text = "(to_jsonb(t) - '{shop_key,state_key}'::text[])::text";
    const rows = await site.query<{ row: string }>(`select ${text} as row from (${sql}) t`);
    return [name, rows.map(({ row }) => row).sort()] as const;
  });
  return Object.fromEntries(await Promise.all(shown));
}

/** The summary of a warehouse that was filled. */
export const filled = {
  files: '5 rows, 6041bda66570',
  lake: '2 rows, 8a31655ba9a6',
  orders: '265 rows, e14d1f7ac7f3',
  'orders by state': '3 rows, 440f7e1603b9',
  rejects: '1 rows, f078fb44f0a5',
  sales: '400 rows, 606a57acaa53',
  'sales by day': '12 rows, 9825565a25e7',
  'sales by shop': '12 rows, aaef17c04be2',
};

/** Rows and a hash of everything that the warehouse shows. */
export async function summaryOf(site: Pick<TestSite, 'query'>): Promise<Record<string, string>> {
  const hash = (rows: readonly string[]) =>
    createHash('sha256').update(rows.join('\n')).digest('hex').slice(0, 12);
  const shown = Object.entries(await warehouseOf(site));
  return Object.fromEntries(shown.map(([name, rows]) => [name, `${rows.length} rows, ${hash(rows)}`]));
}

/** Fills the warehouse of a site that is opened with these options, and expects what every server holds then. */
export async function expectFilled(
  options: Omit<TestSiteOptions, 'folder' | 'datasets' | 'examples'>,
): Promise<void> {
  const folder = tempFolder();
  const datasets = defineWarehouse(folder);
  const site = await testSite({ chunkBytes: 8192, ...options, folder, datasets, examples: [] });
  try {
    await fillWarehouse(site);
    expect(await summaryOf(site)).toEqual(filled);
  } finally {
    await site.close();
  }
}

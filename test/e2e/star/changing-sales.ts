/** The dataset `sales`, whose definition changes while its star and lake are full. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { type Backend, type TestSite, testSite } from '../site.ts';

/** The definition of `sales` as it was first. */
export const first = {
  columns: {
    id: 'integer({ required: true })',
    at: 'timestamp({ required: true })',
    place: 'text()',
    price: 'numeric(8, 2, { required: true })',
    kind: "text({ oneOf: ['a', 'b'] })",
  },
  partitionBy: ['year'],
  dimensions: { place_key: "lookup('dim_sale_place', { name: 'place' })" },
  facts: ['id', 'at', 'price', 'kind'],
  indexes: [] as string[][],
  more: '',
};
type Sales = { [K in keyof typeof first]: (typeof first)[K] extends string ? string : (typeof first)[K] };
export type Change = Partial<Omit<Sales, 'columns' | 'dimensions'>> & {
  columns?: Record<string, string | null>;
  dimensions?: Record<string, string | null>;
};

function definition(folder: string, change: Change = {}): string {
  const { columns: _, dimensions: __, ...rest } = change;
  const { partitionBy, facts, indexes, more } = { ...first, ...rest };
  const pairs = (members: object) =>
    Object.entries(members)
      .flatMap(([name, text]) => (text === null ? [] : [`${name}: ${text}`]))
      .join(', ');
  const target = join(folder, 'datasets', 'sales');
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, 'dataset.ts'),
    `import { bigint, boolean, dateDimension, defineDataset, integer, lookup, month, numeric, table, text, timestamp, view, year } from 'landfall';
export default defineDataset({
  name: 'sales',
  columns: { ${pairs({ ...first.columns, ...change.columns })} },
  enrich: (c) => ({ year: year(c.at), month: month(c.at) }),
  lake: { partitionBy: ${JSON.stringify(partitionBy)} },
  star: {
    fact: 'fact_sale',
    dimensions: { ${pairs({ ...first.dimensions, ...change.dimensions })} },
    columns: ${JSON.stringify(facts)},
    indexes: ${JSON.stringify(indexes.map((columns) => ({ columns })))},
  },
  marts: {
    sale: view('select * from star.fact_sale join star.dim_sale_place on ${Object.keys({ ...first.dimensions, ...change.dimensions }).includes('spot_key') ? 'spot_key' : 'place_key'} = sale_place_key'),
    kept: table('select * from star.sale', { uniqueKey: ['id'] }),
  },
  ${more}
});
`,
  );
  return join(folder, 'datasets');
}

export function csv(folder: string, name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

export const staged = tempFolder();
export const old = [
  'id,at,place,price,kind',
  '1,2024-01-05 10:00:00,Rome,1.50,a',
  '2,2024-02-05 10:00:00,Oslo,2.50,b',
];

/** A file that lands after the definition has changed. */
export const next = () => csv(staged, 'next.csv', [old[0], '9,2024-05-05 10:00:00,Oslo,2.50,b']);

/** Sites on one database, closed together. */
export class Sites {
  private readonly open: TestSite[] = [];
  private database: TestDatabase | undefined;

  async siteOf(backend: Backend, folder: string, change?: Change): Promise<TestSite> {
    this.database ??= await testDatabase();
    const { database } = this;
    const site = await testSite({ backend, folder, database, datasets: [definition(tempFolder(), change)] });
    this.open.push(site);
    return site;
  }

  async closed(site: TestSite): Promise<void> {
    this.open.splice(this.open.indexOf(site), 1);
    await site.close();
  }

  /** Opens with the first definition, loads, and opens again with the changed one. */
  async changedTo(change: Change, before: Change = {}): Promise<TestSite> {
    const folder = tempFolder();
    const site = await this.siteOf('postgres', folder, before);
    await site.drop('sales', csv(staged, 'old.csv', old));
    await this.closed(site);
    return this.siteOf('postgres', folder, change);
  }

  async close(): Promise<void> {
    for (const site of this.open.splice(0)) await site.close();
    await this.database?.drop();
    this.database = undefined;
  }
}

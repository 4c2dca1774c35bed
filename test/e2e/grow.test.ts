/** Definitions that grow while their star and lake are full: what is more is added, what would change is refused. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, describe, expect, it } from 'vitest';
import { type TestDatabase, tempFolder, testDatabase } from '../support/index.ts';
import { replayed, undone } from './again.ts';
import { type Backend, committedParts, type TestSite, testSite } from './site.ts';

/** The definition of `sales` as it was first. */
const first = {
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
type Change = Partial<Omit<Sales, 'columns' | 'dimensions'>> & {
  columns?: Record<string, string | null>;
  dimensions?: Record<string, string>;
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
    `import { bigint, dateDimension, defineDataset, integer, lookup, month, numeric, table, text, timestamp, view, year } from 'landfall';
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
    sale: view('select * from star.fact_sale join star.dim_sale_place on place_key = sale_place_key'),
    kept: table('select * from star.sale', { uniqueKey: ['id'] }),
  },
  ${more}
});
`,
  );
  return join(folder, 'datasets');
}

/** The definition grown by everything that can be added. */
const grown: Change = {
  columns: {
    price: 'numeric(8, 2)',
    kind: "text({ oneOf: ['a', 'b', 'c'] })",
    seller: 'text({ optional: true })',
    units: 'integer({ optional: true, required: false })',
    country: 'text({ optional: true })',
  },
  dimensions: {
    place_key: "lookup('dim_sale_place', { name: 'place' }, { country: 'country' })",
    seller_key: "lookup('dim_seller', { name: 'seller' })",
    date_key: "dateDimension('dim_date', 'at')",
  },
  facts: ['id', 'at', 'price', 'kind', 'units', 'month'],
  indexes: [['units'], ['seller_key', 'id']],
  more: "drift: { unknown: { keep: 'extra' } },",
};

function csv(folder: string, name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const staged = tempFolder();
const old = [
  'id,at,place,price,kind',
  '1,2024-01-05 10:00:00,Rome,1.50,a',
  '2,2024-02-05 10:00:00,Oslo,2.50,b',
];
const more = [
  'id,at,place,price,kind,seller,units,country,colour',
  '3,2024-02-06 10:00:00,Rome,,c,Ann,7,Italy,red',
  '4,2024-03-06 10:00:00,Bern,3.50,a,,,,',
];

describe('a definition that grew', () => {
  const open: TestSite[] = [];
  let database: TestDatabase | undefined;
  afterEach(async () => {
    for (const site of open.splice(0)) await site.close();
    await database?.drop();
    database = undefined;
  });
  const siteOf = async (backend: Backend, folder: string, change?: Change) => {
    database ??= await testDatabase();
    const site = await testSite({
      backend,
      folder,
      database,
      datasets: [definition(tempFolder(), change)],
    });
    open.push(site);
    return site;
  };
  const closed = async (site: TestSite) => {
    open.splice(open.indexOf(site), 1);
    await site.close();
  };

  describe('and its star and lake', () => {
    it('hold the old rows beside the new ones, and a site with the old definition goes on', async () => {
      const folder = tempFolder();
      const before = await siteOf('postgres', folder);
      expect(await before.drop('sales', csv(staged, 'old.csv', old))).toMatchObject({ status: 'done' });
      // Somebody's own column is not ours.
      await before.query('alter table star.fact_sale add column remark text');
      const elsewhere = tempFolder();
      const after = await siteOf('postgres', elsewhere, grown);
      expect(await after.drop('sales', csv(staged, 'more.csv', more))).toMatchObject({
        status: 'done',
        rows: { loaded: 2 },
      });
      const still = await before.drop(
        'sales',
        csv(staged, 'still.csv', [old[0], '5,2024-03-05 10:00:00,Oslo,5.50,a']),
      );
      expect(still).toMatchObject({ status: 'done', rows: { loaded: 1 } });

      const facts = await after.query(
        `select f.id, f.price::float8 as price, f.kind, f.units, f.month, f.extra, p.name as place, p.country, s.name as seller,
           f.seller_key > 0 as sold, d.date::text as day
         from star.fact_sale f join star.dim_sale_place p on f.place_key = p.sale_place_key join star.dim_seller s using (seller_key)
         join star.dim_date d using (date_key) order by id`,
      );
      const none = {
        units: null,
        month: null,
        extra: null,
        country: null,
        seller: null,
        sold: false,
        day: null,
      };
      expect(facts).toEqual([
        { ...none, id: 1, price: 1.5, kind: 'a', place: 'Rome' },
        { ...none, id: 2, price: 2.5, kind: 'b', place: 'Oslo' },
        {
          ...none,
          id: 3,
          price: null,
          kind: 'c',
          place: 'Rome',
          units: 7,
          month: 2,
          extra: { colour: 'red' },
          seller: 'Ann',
          sold: true,
          day: '2024-02-06',
        },
        { ...none, id: 4, price: 3.5, kind: 'a', place: 'Bern', month: 3, day: '2024-03-06' },
        { ...none, id: 5, price: 5.5, kind: 'a', place: 'Oslo' },
      ]);
      const [indexes] = await after.query<{ n: number }>(
        "select count(*)::int as n from pg_indexes where tablename = 'fact_sale'",
      );
      expect(indexes.n).toBe(3);
      // Views of all columns have the new ones too.
      expect(await after.query('select id, units, extra from star.kept order by id limit 3')).toEqual([
        { id: 1, units: null, extra: null },
        { id: 2, units: null, extra: null },
        { id: 3, units: 7, extra: { colour: 'red' } },
      ]);

      const paths = [...(await committedParts(before, 'sales'))].map((path) => [
        path,
        path.replace(folder, elsewhere),
      ]);
      const there = paths.map(([one, other]) => (readable(one) ? one : other));
      const list = there.map((path) => `'${path}'`).join(', ');
      const duckdb = await (await DuckDBInstance.create()).connect();
      const lake = await duckdb.runAndReadAll(
        `select id, price::double as price, units, seller, extra::varchar as extra, year
         from read_parquet([${list}], union_by_name = true, hive_partitioning = true) order by id`,
      );
      expect(lake.getRowObjectsJson()).toMatchObject(
        facts.map(({ id, price, units, seller, extra }) => ({
          id,
          price,
          units,
          seller,
          extra: extra && JSON.stringify(extra),
        })),
      );
      const rows = [];
      for (const path of there) {
        const bytes = readFileSync(path);
        const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
        rows.push(...(await parquetReadObjects({ file })));
      }
      expect(rows.map((row) => row.id).sort()).toEqual([1, 2, 3, 4, 5]);
      await undone(after, 'old.csv');
      expect(await after.query('select id from star.fact_sale order by id')).toEqual([
        { id: 3 },
        { id: 4 },
        { id: 5 },
      ]);
    });
  });

  /** Opens with the first definition, loads, and opens again with the changed one. */
  const changedTo = async (change: Change, first: Change = {}) => {
    const folder = tempFolder();
    const before = await siteOf('postgres', folder, first);
    await before.drop('sales', csv(staged, 'old.csv', old));
    await closed(before);
    return siteOf('postgres', folder, change);
  };
  const next = (header = old[0]) => csv(staged, 'next.csv', [header, '9,2024-05-05 10:00:00,Oslo,2.50,b']);

  it.each<[string, Change, RegExp, RegExp]>([
    [
      'a changed type',
      { columns: { id: 'bigint({ required: true })' } },
      /fact_sale\.id is integer, not bigint/,
      /`(alter table "star"\."fact_sale" alter column "id" type bigint)`/,
    ],
    [
      'a narrower number',
      { columns: { price: 'numeric(8, 1, { required: true })' } },
      /fact_sale\.price is numeric\(8,2\), not numeric\(8,1\)/,
      /`(alter table "star"\."fact_sale" alter column "price" type numeric\(8, 1\))`/,
    ],
    [
      'a removed column',
      { facts: ['id', 'at', 'price'] },
      /fact_sale\.kind is not in the definition any more/,
      /`(alter table "star"\."fact_sale" drop column "kind")`/,
    ],
  ])(
    'is refused %s, and goes on when a person has changed the table',
    async (_, change, message, statement) => {
      const site = await changedTo(change);
      const receipt = await site.drop('sales', next());
      expect(receipt).toMatchObject({
        status: 'failed',
        error: { code: 'LF_STAR_CHANGED', message: expect.stringMatching(message) },
      });
      expect(await site.query('select id from star.fact_sale order by id')).toEqual([{ id: 1 }, { id: 2 }]);
      const [, alter] = statement.exec(receipt.error!.fix)!;
      await site.query('drop materialized view star.kept; drop view star.sale');
      await site.query(alter);
      expect(await replayed(site, 'next.csv')).toMatchObject({ status: 'done', rows: { loaded: 1 } });
      expect(await site.query('select id::int as id from star.sale order by id')).toEqual([
        { id: 1 },
        { id: 2 },
        { id: 9 },
      ]);
    },
  );

  it('is refused another natural key, with every other change at once', async () => {
    const site = await changedTo({
      columns: { country: 'text({ optional: true })', id: 'bigint({ required: true })' },
      dimensions: { place_key: "lookup('dim_sale_place', { name: 'place', country: 'country' })" },
    });
    expect((await site.drop('sales', next())).error).toMatchObject({
      code: 'LF_STAR_CHANGED',
      message: expect.stringMatching(
        /fact_sale\.id is integer, not bigint; the natural key of dim_sale_place is \(name\), not \(name, country\)/,
      ),
    });
    const columns = await site.query(
      "select attname from pg_attribute where attrelid = 'star.dim_sale_place'::regclass and attnum > 0",
    );
    expect(columns).toEqual([{ attname: 'sale_place_key' }, { attname: 'name' }]);
  });

  const hashedBy = (natural: string): Change => ({
    columns: { country: 'text({ optional: true })' },
    dimensions: { place_key: `lookup('dim_sale_place', ${natural}, {}, { keys: 'hashed' })` },
  });

  it('goes on with hashed keys', async () => {
    const hashed = hashedBy("{ name: 'place' }");
    const site = await changedTo(hashed, hashed);
    expect(await site.drop('sales', next())).toMatchObject({ status: 'done', rows: { loaded: 1 } });
    expect(await site.query('select id::int as id, name from star.sale order by id')).toEqual([
      { id: 1, name: 'Rome' },
      { id: 2, name: 'Oslo' },
      { id: 9, name: 'Oslo' },
    ]);
  });

  it.each<[string, Change, Change, RegExp]>([
    [
      'hashed keys where they were generated',
      {},
      hashedBy("{ name: 'place' }"),
      /fact_sale\.place_key is integer, not bigint; dim_sale_place\.sale_place_key is integer, not bigint/,
    ],
    [
      'hashes of another natural key',
      hashedBy("{ name: 'place' }"),
      hashedBy("{ name: 'place', country: 'country' }"),
      /the natural key of dim_sale_place is \(name\), not \(name, country\)/,
    ],
    [
      'hashes of a natural key in another order',
      hashedBy("{ name: 'place', country: 'country' }"),
      hashedBy("{ country: 'country', name: 'place' }"),
      /the natural key of dim_sale_place is \(name, country\), not \(country, name\)/,
    ],
  ])(
    'is refused %s, with no statement that would make wrong keys of it',
    async (_, before, change, message) => {
      const site = await changedTo(change, before);
      const { error } = await site.drop('sales', next());
      expect(error).toMatchObject({ code: 'LF_STAR_CHANGED', message: expect.stringMatching(message) });
      expect(error!.fix).not.toContain('alter table');
      expect(await site.query('select count(*)::int as rows from star.fact_sale')).toEqual([{ rows: 2 }]);
    },
  );

  it('says what holds a mart that has to be recreated', async () => {
    const folder = tempFolder();
    const before = await siteOf('postgres', folder);
    await before.drop('sales', csv(staged, 'old.csv', old));
    await before.query('create view star.mine as select id from star.sale');
    await closed(before);
    const site = await siteOf('postgres', folder, grown);
    const receipt = await site.drop('sales', next());
    expect(receipt.error).toMatchObject({
      code: 'LF_MART_HELD',
      message: expect.stringContaining('star.mine'),
    });
    await site.query('drop view star.mine');
    expect(await replayed(site, 'next.csv')).toMatchObject({ status: 'done' });
  });

  it('partitions by the new columns from then on: the manifest tells the parts apart', async () => {
    const site = await changedTo({ partitionBy: ['year', 'month'] });
    await site.drop('sales', next());
    const parts = await site.query<{ path: string }>('select path from landfall.manifest');
    expect(parts.map(({ path }) => path.replace(/f\d+-c\d+-\w+/, 'part')).sort()).toEqual([
      'sales/year=2024/month=05/part.parquet',
      'sales/year=2024/part.parquet',
    ]);
  });
});

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

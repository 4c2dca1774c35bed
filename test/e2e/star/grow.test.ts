/** Definitions that grow while their star and lake are full: what is more is added. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import { replayed, undone } from '../again.ts';
import { committedParts } from '../site.ts';
import { type Change, csv, next, old, Sites, staged } from './changing-sales.ts';

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
    date_key: "dateDimension('dim_date', 'at', { shared: true })",
  },
  facts: ['id', 'at', 'price', 'kind', 'units', 'month'],
  indexes: [['units'], ['seller_key', 'id']],
  more: "drift: { unknown: { keep: 'extra' } },",
};

const more = [
  'id,at,place,price,kind,seller,units,country,colour',
  '3,2024-02-06 10:00:00,Rome,,c,Ann,7,Italy,red',
  '4,2024-03-06 10:00:00,Bern,3.50,a,,,,',
];

describe('a definition that grew', () => {
  const sites = new Sites();
  afterEach(() => sites.close());
  const siteOf = sites.siteOf.bind(sites);
  const closed = sites.closed.bind(sites);
  const changedTo = sites.changedTo.bind(sites);

  describe('and its star and lake', () => {
    it('hold the old rows beside the new ones, and a site with the old definition goes on', async () => {
      const folder = tempFolder();
      const before = await siteOf('postgres', folder);
      expect(await before.drop('sales', csv(staged, 'old.csv', old))).toMatchObject({ status: 'done' });
      // Somebody's own column is not ours.
      await before.query('alter table star.fact_sale add column remark text');
      const elsewhere = tempFolder();
      // Both sites have one ledger, which knows one lake.
      cpSync(join(folder, 'lake'), join(elsewhere, 'lake'), { recursive: true });
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

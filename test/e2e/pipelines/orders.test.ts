/** Orders day by day (ten of them; thirty in `npm run test:long`), against DuckDB reading the dumps as JSON. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpOf, exportsOf, generateOrders, shopOf } from '../../../datasets/orders/generate.ts';
import { zipOf } from '../../../datasets/zip.ts';
import { tempFolder } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { oracleAndSites } from '../agree.ts';
import type { TestSite } from '../site.ts';
import { Days } from './days.ts';

const shared = oracleAndSites();
/** Those that files land for: each with the number of datasets that a file is loaded into. */
const datasets = { orders: 2, orders_users: 1 };

/** What the documents say, and what follows from it: written for DuckDB, from the documents alone. */
const oracle = (paths: readonly string[]) => `
create or replace temp table exported as
  select o from (select unnest(orders) as o from read_json([${paths.map((path) => `'${path}'`).join(', ')}],
    columns = {orders: 'JSON[]'}, maximum_object_size = 100000000));
create or replace temp view every_order as
  select (o->>'$.id')::int as order_id, o->>'$.status' as status, (o->>'$.created_at')::timestamptz as created_at,
    (o->>'$.updated_at')::timestamptz as updated_at, left(o->>'$.exported_at', 10)::date as run_date,
    (o->>'$.customer.id')::int as user_id, o->>'$.customer.name' as user_name, o->>'$.location.city' as city,
    o->>'$.location.country' as country, o->>'$.device.type' as device_type, o->>'$.device.os' as os,
    o->>'$.device.browser' as browser, (o->>'$.total')::decimal(12, 2) as total, o->'$.line_items' as items
  from exported;
create or replace temp table runs as
  select * from (select distinct * from every_order) qualify row_number() over (partition by run_date, order_id order by updated_at desc) = 1;
create or replace temp table latest as
  select *, count(*) over (partition by order_id) as runs, min(run_date) over (partition by order_id) as first_run from runs
  qualify row_number() over (partition by order_id order by run_date desc) = 1;
create or replace temp table items as
  select order_id, run_date, i->>'$.sku' as sku, i->>'$.product.name' as product, i->>'$.product.category' as category,
    (i->>'$.line')::int as line, (i->>'$.quantity')::int as quantity, (i->>'$.price')::decimal(10, 2) as price,
    (i->>'$.discount')::decimal(10, 2) as discount
  from (select order_id, run_date, unnest(items::json[]) as i from runs);
create or replace temp table users as
  select * from (
    select distinct (o->>'$.customer.id')::int as user_id, o->>'$.customer.name' as name, o->>'$.customer.email' as email,
      o->>'$.customer.country' as country, (o->>'$.customer.closed')::boolean as closed,
      (o->>'$.customer.updated_at')::timestamptz as updated_at
    from exported)
  qualify row_number() over (partition by user_id order by updated_at desc, closed desc) = 1;`;

const at = "'%Y-%m-%d %H:%M:%S.%g'";
const shownAt = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS')`;

/** The star's tables as a reader sees them, and the same from what DuckDB read. */
const shown: Readonly<Record<string, { star: string; expected: string }>> = {
  facts: {
    star: `select run_date::text, order_id, status, ${shownAt('created_at')} as created, ${shownAt('updated_at')} as updated,
        u.user_id, u.name, p.city, p.country, d.device_type, d.os, d.browser, total::text, dim_date.date::text as day
      from star.fact_exported_order join star.dim_order_user u using (order_user_key)
      join star.dim_order_place p using (order_place_key) join star.dim_order_device d using (order_device_key)
      join star.dim_date on date_key = run_date_key order by 1, 2`,
    expected: `select run_date::varchar as run_date, order_id, status, strftime(created_at, ${at}) as created,
        strftime(updated_at, ${at}) as updated, user_id, user_name as name, city, country, device_type, os, browser,
        total::varchar as total, run_date::varchar as day from runs order by 1, 2`,
  },
  lines: {
    star: `select run_date::text, order_id, line, sku, name, category, quantity, price::text, discount::text
      from star.fact_order_line join star.dim_product using (product_key) order by 1, 2, 3`,
    expected: `select run_date::varchar as run_date, order_id, line, sku, product as name, category, quantity,
      price::varchar as price, discount::varchar as discount from items order by 1, 2, 3`,
  },
  users: {
    star: `select user_id, name, email, country, ${shownAt('updated_at')} as updated from star.order_user order by 1`,
    expected: `select user_id, name, email, country, strftime(updated_at, ${at}) as updated from users where not closed order by 1`,
  },
  orders_of_run: {
    star: `select run_date::text, status, orders::int, total::text from star.orders_of_run order by 1, 2`,
    expected: `select run_date::varchar as run_date, status, count(*)::int as orders, sum(total)::varchar as total
      from runs group by all order by 1, 2`,
  },
  order_summary: {
    star: `select order_id, status, user_id, user_name, city, country, device_type, total::text, last_run::text, first_run::text, runs
      from star.order_summary order by 1`,
    expected: `select order_id, status, user_id, user_name, city, country, device_type, total::varchar as total,
      run_date::varchar as last_run, first_run::varchar as first_run, runs::int as runs from latest order by 1`,
  },
  revenue: {
    star: `select day::text, country, orders, revenue::text from star.revenue_by_day_and_country order by 1, 2`,
    expected: `select created_at::date::varchar as day, country, count(*)::int as orders, sum(total)::varchar as revenue
      from latest where status <> 'returned' group by all order by 1, 2`,
  },
  sold: {
    star: `select order_id, line, sku, product, quantity, amount::text, status from star.sold_line order by 1, 2`,
    expected: `select order_id, line, sku, product, quantity, (quantity * price - discount)::decimal(12, 2)::varchar as amount, status
      from items join latest using (order_id, run_date) order by 1, 2`,
  },
};

async function expectAgreement(site: TestSite, paths: readonly string[]): Promise<void> {
  const { connection } = shared.oracle;
  await connection.run(`set timezone = 'UTC'`);
  await connection.run(oracle(paths));
  for (const [name, { star, expected }] of Object.entries(shown)) {
    const rows = await site.query(star);
    expect(rows.length).toBeGreaterThan(0);
    expect({ [name]: rows }).toEqual({ [name]: await shared.oracle.rows(expected) });
  }
}

describe('orders', () => {
  it('day by day: repeated, late and changed orders, a day that is down, and one that is undone', async () => {
    const site = await shared.site({ backend: 'postgres', examples: ['orders'] });
    const options = { rows: plays(300, 3_000), seed: 7, days: plays(10, 30) };
    const shop = shopOf(options);
    const folder = tempFolder();
    // The oracle reads the documents, Landfall the zips.
    const zips = [...generateOrders(options)].map(({ path, buffers }, day) => {
      const document = join(folder, path.replace('.zip', ''));
      writeFileSync(document, Buffer.concat([...dumpOf(shop, day)]));
      const zip = join(folder, path);
      writeFileSync(zip, Buffer.concat([...buffers]));
      return { zip, name: path, document };
    });
    expect(zips).toHaveLength(options.days);
    const each = Object.entries(datasets).map(([dataset, together]) => new Days(site, dataset, together));
    // The same dump is a file of each dataset; tests tell files apart by their names.
    const named = (name: string, i: number) => `${Object.keys(datasets)[i]}-${name}`;
    const documents = () =>
      [...each[0].loaded.values()].map((path) => zips.find(({ zip }) => zip === path)!.document);
    const forEach = (step: (days: Days, i: number) => Promise<unknown>) => Promise.all(each.map(step));
    for (let day = 1; day <= shop.days; day++) {
      const { zip, name } = zips[day - 1];
      // On the 4th the API is down: its dump comes two days later. That of the 7th comes after that of the 8th.
      if (![4, 7].includes(day))
        await forEach(async (days, i) => {
          const { checks, rows } = await days.land(zip, named(name, i));
          expect(checks.filter(({ ok }) => !ok)).toEqual([]);
          expect(rows.rejected).toBe(0);
        });
      if (day === 3) await forEach((days, i) => days.again(zips[1].zip, named('again.json.zip', i)));
      if (day === 5) await forEach((days, i) => days.undo(named(zips[2].name, i)));
      if (day === 6) await forEach((days, i) => days.land(zips[3].zip, named(zips[3].name, i)));
      if (day === 8) await forEach((days, i) => days.land(zips[6].zip, named(zips[6].name, i)));
      if (day === 9) await forEach((days, i) => days.replay(zips[2].zip, named(zips[2].name, i)));
      await expectAgreement(site, documents());
    }
    expect(each.map(({ loaded }) => loaded.size)).toEqual(each.map(() => shop.days));
    // The data have what the pipeline is for.
    const has = async (sql: string) => Number((await shared.oracle.rows(sql))[0].n);
    expect(await has('select count(*) - (select count(*) from runs) as n from every_order')).toBeGreaterThan(
      0,
    );
    expect(await has('select count(*) as n from latest where runs > 1')).toBeGreaterThan(0);
    expect(
      await has('select count(*) as n from latest where first_run > created_at::date + 1'),
    ).toBeGreaterThan(0);
    expect(await has('select count(*) as n from users where closed')).toBeGreaterThan(0);
    expect(await has('select count(*) as n from latest where browser is null')).toBeGreaterThan(0);
  }, 300_000);

  it('warns of an order whose lines do not add up, and rejects an order without a time', async () => {
    const site = await shared.site({ backend: 'postgres', examples: ['orders'] });
    const shop = shopOf({ rows: 600, seed: 2 });
    const [first, second, ...rest] = [...exportsOf(shop, 0)].slice(0, 12);
    const wrong = first.replace(/"total":"[\d.]+"/, '"total":"0.01"');
    const noTime = second.replace(/"created_at":"[^"]+"/, '"created_at":"yesterday"');
    const path = join(tempFolder(), 'orders_2026-03-01.json.zip');
    writeFileSync(
      path,
      zipOf('orders.json', Buffer.from(`{"orders": [${rest.join(',')}, ${wrong}, ${noTime}]}`)),
    );
    const orders = await new Days(site, 'orders').land(path);
    expect(orders.rows).toMatchObject({ parsed: 12, loaded: 11, rejected: 1 });
    const lines = await site.coordinator.settled(orders.children![0].fileId);
    const found = lines.checks.filter(({ ok }) => !ok);
    expect(found.map(({ name }) => name)).toEqual(['lines_add_up']);
    expect(JSON.stringify(found[0])).toContain(String(JSON.parse(first).id));
  });
});

/**
 * The store day by day (ten of them; thirty in `npm run test:long`): its database, its bucket and its service are
 * fetched by real runs, and the star is compared with DuckDB reading the files that landed, and in the end with the
 * sources themselves.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { playRounds } from '../../../cli/demo/fetch-rounds.ts';
import { followRuns } from '../../../cli/load/follow-runs.ts';
import { sourceNamed } from '../../../coordinator/fetch/find-source.ts';
import { backfillWindows, planBackfill } from '../../../coordinator/schedule/backfill.ts';
import { connectDatabase } from '../../../datasets/demo-database.ts';
import { serveJson } from '../../../datasets/demo-site.ts';
import { type OpenStore, openStore } from '../../../datasets/store/demo.ts';
import { instantOf, ordersOf, type Store, scoresOf, storeOf } from '../../../datasets/store/generate.ts';
import { loadRegistry, type Registry } from '../../../model/registry.ts';
import { builtin } from '../../support/builtin.ts';
import { type TestDatabase, tempFolder, testDatabase } from '../../support/index.ts';
import { plays } from '../../support/long.ts';
import { replayed, undone } from '../again.ts';
import { oracleAndSites } from '../agree.ts';
import type { TestSite } from '../site.ts';

const shared = oracleAndSites();
let app: TestDatabase;
let registry: Registry;
let open: OpenStore;
let store: Store;

beforeEach(async () => {
  app = await testDatabase();
  registry = await loadRegistry({ builtin, paths: [] });
  store = { ...storeOf({ rows: 20 * 34, seed: 4 }), perStep: 20, steps: first + plays(10, 30) };
  open = await openStore(store, await connectDatabase(app.url), tempFolder());
  Object.assign(process.env, open.env);
});
afterEach(async () => {
  await open.close();
  for (const name of Object.keys(open.env)) delete process.env[name];
  await app.drop();
});

/** The day on which the star begins. Of the days after it, even the first ten have customers who leave. */
const first = 4;

const sources = { store: 'orders', store_customers: 'app', store_scores: 'risk' } as const;
type Dataset = keyof typeof sources;

/** Fetches the sources for the window that ends with a day. Windows reach back to the day before: they overlap. */
async function fetchDay(
  site: TestSite,
  day: number,
  datasets: readonly Dataset[],
  sweep = false,
): Promise<void> {
  const window = { from: instantOf(store, Math.max(0, day - 1)), to: instantOf(store, day + 1) };
  const each = datasets.map((dataset) => ({ dataset, source: sources[dataset] as string, window }));
  const swept = sweep ? [{ dataset: 'store_customers', source: 'app-sweep', window }] : [];
  const said: string[] = [];
  const code = await playRounds(site, registry, [{ title: '', sources: [...each, ...swept] }], (text) =>
    said.push(text),
  );
  expect([code, said.join('')]).toEqual([0, expect.not.stringContaining('✗')]);
}

/** The files of a dataset that are done, as SQL texts, in the order of their names. */
async function filesOf(site: TestSite, dataset: Dataset): Promise<string[]> {
  const rows = await site.query<{ name: string }>(
    `select name from landfall.file where dataset = $1 and state = 'done' order by name`,
    [dataset],
  );
  const archive = join(site.folder, 'archive', dataset);
  // A file that is done is put away a moment later.
  return vi.waitFor(() => {
    const archived = readdirSync(archive, { recursive: true }).map(String);
    return rows.map(({ name }) => {
      const path = archived.find((one) => one.endsWith(name));
      if (path === undefined) throw new Error(`${name} is not in the archive`);
      return `'${join(archive, path)}'`;
    });
  }, 20_000);
}

const shown: Readonly<Record<string, { star: string; expected: string }>> = {
  dim_customers: {
    star: `select customer_id, first_name, last_name, state, state_name, to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since,
        to_char(valid_to at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as until, is_current, score::int from star.dim_customers order by 1, 6`,
    expected: `select id as customer_id, first_name, last_name, state, state_name, strftime(valid_from, '%Y-%m-%d %H:%M:%S') as since,
        strftime(valid_to, '%Y-%m-%d %H:%M:%S') as until, valid_to is null as is_current, score::int as score from customers order by 1, 6`,
  },
  fct_orders: {
    star: `select order_id, customer_id, item, to_char(delivered_on at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as delivered, state, state_name, score::int
        from star.fct_orders order by 1`,
    expected: `select order_id, customer_id, item, strftime(delivered_on, '%Y-%m-%d %H:%M:%S') as delivered, state, state_name, score::int as score
        from facts order by 1`,
  },
  orders_by_state: {
    star: 'select day::text, state_name, orders from star.orders_by_state order by 1, 2',
    expected: `select delivered_on::date::varchar as day, state_name, count(*)::int as orders from facts group by all order by 1, 2`,
  },
  orders_by_item_and_day: {
    star: 'select item, day::text, orders::int from star.orders_by_item_and_day order by 1, 2',
    expected: `select item, delivered_on::date::varchar as day, count(*)::int as orders from facts group by all order by 1, 2`,
  },
  customers_at_risk: {
    star: 'select customer_id, state_name, score::int, orders from star.customers_at_risk order by 1',
    expected: `select id as customer_id, state_name, score::int as score,
        (select count(*) from facts where customer_id = id)::int as orders from customers where valid_to is null and score > 0 order by 1`,
  },
};

/** The star as it follows from the files: written for DuckDB, from the files alone. */
async function expectAgreement(site: TestSite): Promise<void> {
  const newest = (await filesOf(site, 'store_scores')).at(-1);
  const { connection } = shared.oracle;
  await connection.run(`
create or replace temp table states as select * from read_csv('${new URL('../../../datasets/store/states.csv', import.meta.url).pathname}', all_varchar = true);
create or replace temp table scores as
  select customer, max(score) as score from ${newest === undefined ? '(select 0 as customer, 0 as score) where false' : `read_json([${newest}])`} group by 1;
create or replace temp table events as
  select distinct id::int as id, first_name, last_name, state, strptime(nullif(created, ''), '%y-%m-%d %H:%M:%S') as created,
    landfall_at::timestamp as moment, coalesce(landfall_deleted = 'true' or landfall_deleted = 't', false) as gone
  from (
    from read_csv([${(await filesOf(site, 'store_customers')).join(', ')}], all_varchar = true, header = true, union_by_name = true)
    union all by name select null::varchar as landfall_deleted where false);
create or replace temp table borders as
  select *, lag(moment) over w is null as is_first from (
    select *, lag(concat_ws('|', first_name, last_name, state)) over w as before, coalesce(lag(gone) over w, true) as was_gone from events
    window w as (partition by id order by moment, gone))
  where case when gone then not was_gone else was_gone or before <> concat_ws('|', first_name, last_name, state) end
  window w as (partition by id order by moment, gone);
create or replace temp table customers as
  select id, first_name, last_name, state, coalesce(name, 'unknown') as state_name,
    case when is_first then least(created, moment) else moment end as valid_from, valid_to, coalesce(score, 0) as score
  from (select *, lead(moment) over (partition by id order by moment, gone) as valid_to from borders)
  left join states on code = state left join scores on customer = id
  where not gone;
create or replace temp table facts as
  select o.order_id, o.customer_id, o.item, o.delivered_on, c.state, coalesce(c.state_name, 'unknown') as state_name,
    coalesce(c.score, 0) as score
  from (select distinct column0::int as order_id, column1::int as customer_id, column3 as item, column4::timestamp as delivered_on
        from read_csv([${(await filesOf(site, 'store')).join(', ')}], header = false, all_varchar = true)) o
  left join customers c on c.id = o.customer_id and o.delivered_on >= c.valid_from and (c.valid_to is null or o.delivered_on < c.valid_to)`);
  for (const [name, { star, expected }] of Object.entries(shown))
    expect({ [name]: await site.query(star) }).toEqual({ [name]: await shared.oracle.rows(expected) });
}

/** The newest file of a dataset: its number and name. */
async function newestOf(site: TestSite, dataset: Dataset): Promise<string> {
  const [{ file_id }] = await site.query<{ file_id: number }>(
    `select file_id from landfall.file where dataset = $1 and state = 'done' order by file_id desc limit 1`,
    [dataset],
  );
  return String(file_id);
}

it('is exact after each day: windows that overlap, a source that is down, customers who leave, a day that is undone', async () => {
  const site = await shared.site({ backend: 'postgres', examples: ['store'] });
  const undoneFiles: string[] = [];
  const all = Object.keys(sources) as Dataset[];
  for (let day = first; day < store.steps; day++) {
    await open.play(day);
    if (day === first + 3) {
      // The service is down: its run waits, and the others go on. A day later it is back.
      const away = await serveJson(() => null);
      await away.close();
      process.env.STORE_RISK_SERVICE = away.url;
      const waits = fetchDay(site, day, ['store_scores']);
      await fetchDay(site, day, ['store', 'store_customers']);
      await vi.waitFor(async () => {
        const [{ waiting }] = await site.query(
          `select count(*)::int as waiting from landfall.run where source = 'risk' and error is not null and state <> 'done'`,
        );
        expect(waiting).toBe(1);
      }, 20_000);
      await expectAgreement(site);
      Object.assign(process.env, open.env);
      await waits;
    } else {
      await fetchDay(site, day, all, (day - first) % 5 === 4);
    }
    if (day === first + 5)
      for (const dataset of all) {
        undoneFiles.push(await newestOf(site, dataset));
        await undone(site, undoneFiles.at(-1)!);
      }
    if (day === first + 7)
      for (const file of undoneFiles) expect((await replayed(site, file)).status).toBe('done');
    await expectAgreement(site);
  }
  // Nothing is undone any more: the star is what the sources have.
  await fetchDay(site, store.steps, [], true);
  const inApp = await app.pool.query('select id, state from customers order by id');
  expect(
    await site.query('select customer_id as id, state from star.dim_customers where is_current order by 1'),
  ).toEqual(inApp.rows);
  const lines = Array.from({ length: store.steps - first }, (_, day) => ordersOf(store, first + day)).join(
    '',
  );
  const ids = [
    ...new Set(
      lines
        .trim()
        .split('\n')
        .map((line) => Number(line.split(',')[0])),
    ),
  ];
  const orders = await site.query<{ order_id: number }>('select order_id from star.fct_orders order by 1');
  expect(orders.map(({ order_id }) => order_id)).toEqual(ids.sort((a, b) => a - b));
  const known = new Map<number, number>();
  for (const { customer, score } of JSON.parse(scoresOf(store, store.steps - 1)))
    known.set(customer, Math.max(known.get(customer) ?? 0, score));
  const scores = await site.query<{ customer_id: number; score: number }>(
    'select customer_id, score::int from star.dim_customers where is_current',
  );
  for (const { customer_id, score } of scores)
    expect([customer_id, score]).toEqual([customer_id, known.get(customer_id) ?? 0]);
  // The data have what the pipeline is for.
  const [has] = await site.query(`select
    (select count(*)::int from star.dim_customers where not is_current) as old,
    (select count(*)::int from star.dim_customers where is_current and state_name = 'unknown') as stateless,
    (select count(*)::int from star.dim_customers where is_current and score = 0) as unrated,
    (select count(*)::int from star.fct_orders where state is null) as strangers,
    (select count(*)::int from (select customer_id from star.dim_customers group by 1 having bool_and(not is_current)) as gone) as gone`);
  for (const [what, count] of Object.entries(has)) expect([what, Number(count) > 0]).toEqual([what, true]);
}, 300_000);

it('is brought by a backfill by range, and a repeated one fetches nothing', async () => {
  const site = await shared.site({ backend: 'postgres', examples: ['store'] });
  const { pool } = site.database;
  const days = 4;
  for (let day = first; day < first + days; day++) await open.play(day);
  const span = { from: instantOf(store, 0), to: instantOf(store, first + days), step: '1d' };
  const cursors = () =>
    site.query<{ of: string; cursor: unknown }>(
      `select dataset || '.' || name as of, cursor from landfall.source order by 1`,
    );
  const before = await cursors();
  const backfill = async (name: Dataset) => {
    const { dataset, source } = sourceNamed(registry, `${name}.${sources[name]}`);
    const windows = backfillWindows(`${dataset}.${source.name}`, source.schedule, span);
    const planned = await planBackfill(pool, { dataset, source: source.name }, windows, 2);
    const fresh = planned.filter(({ known }) => !known).map(({ run }) => run.runId);
    expect(await followRuns(pool, fresh, () => {})).toBe(0);
    return fresh.length;
  };
  for (const dataset of Object.keys(sources) as Dataset[]) expect(await backfill(dataset)).toBe(first + days);
  await expectAgreement(site);
  const ids = await site.query<{ id: number }>(
    'select customer_id as id from star.dim_customers where is_current order by 1',
  );
  expect(ids).toEqual((await app.pool.query('select id from customers order by id')).rows);
  const orders = Array.from({ length: days }, (_, day) => ordersOf(store, first + day)).join('');
  const placed = new Set(
    orders
      .trim()
      .split('\n')
      .map((line) => Number(line.split(',')[0])),
  );
  const [{ count }] = await site.query('select count(*)::int as count from star.fct_orders');
  expect(count).toBe(placed.size);
  // It moves no cursor, and windows that are done are left out.
  expect(await cursors()).toEqual(before);
  for (const dataset of Object.keys(sources) as Dataset[]) expect(await backfill(dataset)).toBe(0);
}, 120_000);

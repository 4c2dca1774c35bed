/** The store's application, bucket and risk service, which go on step by step. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, type DemoDatabase } from '../demo-database.ts';
import { type DemoOptions, type DemoRound, type DemoSite, serveJson } from '../demo-site.ts';
import { writeGenerated } from '../generated.ts';
import {
  type Customer,
  customersOf,
  instantOf,
  ordersOf,
  type Store,
  scoresOf,
  storeOf,
} from './generate.ts';

/** Steps of a round: what happened in them is fetched in one go. */
const roundSteps = 6;
const table = `create schema if not exists public;
create table if not exists public.customers (
  id integer primary key, first_name text, last_name text, state text, created text, updated text)`;

/** A store that is open: everything that its sources fetch from. */
export interface OpenStore {
  readonly env: Readonly<Record<string, string>>;
  /** Lets a step happen: customers change, a file of orders is written, and the service has other scores. */
  play(step: number): Promise<void>;
  close(): Promise<void>;
}

export async function openStoreDemo(options: DemoOptions): Promise<DemoSite> {
  const store = storeOf(options);
  const app = await createDatabase(options.databaseUrl, `demo_store_${store.rows}_${store.seed}`);
  const open = await openStore(store, app, options.folder);
  const rounds: DemoRound[] = [];
  for (let step = 0; step < store.steps; step += roundSteps) {
    const end = Math.min(step + roundSteps, store.steps);
    const window = { from: instantOf(store, step), to: instantOf(store, end) };
    const sweep = end === store.steps ? [{ dataset: 'store_customers', source: 'app-sweep', window }] : [];
    rounds.push({
      title: `${window.from.slice(0, 10)} to ${instantOf(store, end - 1).slice(0, 10)}`,
      async prepare() {
        for (let now = step; now < end; now++) await open.play(now);
      },
      sources: [
        { dataset: 'store_customers', source: 'app', window },
        { dataset: 'store_scores', source: 'risk', window },
        { dataset: 'store', source: 'orders', window },
        ...sweep,
      ],
    });
  }
  return { env: open.env, rounds, close: () => open.close() };
}

/**
 * The application's table is created in the database, orders are written into the folder, and the service listens. The
 * database is closed with the store.
 */
export async function openStore(store: Store, app: DemoDatabase, folder: string): Promise<OpenStore> {
  const orders = join(folder, 'orders');
  await mkdir(orders, { recursive: true });
  await app.query(table);
  let scores = '[]';
  const service = await serveJson(({ pathname }) => (pathname === '/scores' ? scores : null));
  return {
    env: { STORE_APP_DATABASE: app.url, STORE_ORDERS: orders, STORE_RISK_SERVICE: service.url },
    async play(step) {
      await putCustomers(app, customersOf(store, step));
      const name = instantOf(store, step).slice(0, 19).replaceAll(':', '-');
      await writeGenerated(join(orders, `${name}.csv`), [Buffer.from(ordersOf(store, step))]);
      scores = scoresOf(store, step);
    },
    async close() {
      await service.close();
      await app.close();
    },
  };
}

/** The table has these customers afterwards, and no others. Those that have not changed are left alone. */
async function putCustomers(app: DemoDatabase, customers: readonly Customer[]): Promise<void> {
  await app.query(
    `with given as (select * from json_populate_recordset(null::public.customers, $1)),
       gone as (delete from public.customers where id not in (select id from given))
     insert into public.customers as customers select * from given
     on conflict (id) do update set state = excluded.state, updated = excluded.updated
       where customers.updated is distinct from excluded.updated`,
    [JSON.stringify(customers)],
  );
}

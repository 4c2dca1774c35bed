/** Orders, and the line items that are exploded from them: definitions, documents, and what the star has of both. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { verifyFile } from '../../../coordinator/commands/verify.ts';
import { tempFolder } from '../../support/index.ts';
import { toolsOf } from '../again.ts';
import { holdLock, type Lock } from '../lock.ts';
import { type TestSite, type TestSiteOptions, testSite } from '../site.ts';

export interface Written {
  readonly orders?: string;
  readonly items?: string;
  /** False: the items are a dataset of their own. */
  readonly parent?: boolean;
  /** Of a second child, with the items too. Default: there is none. */
  readonly stock?: string;
}

/** Every order is shown once, as its latest version has it, and so is every item. */
export const latest = {
  orders: `mode: upsert({ key: ['id'], orderBy: 'version' }), versions: 'replace',`,
  items: `mode: upsert({ key: ['order_id', 'line'], orderBy: 'version' }), versions: 'replace',`,
};

/** Writes the definitions, and returns their folder. */
export function define(
  folder: string,
  { orders = '', items = '', parent = true, stock }: Written = {},
): string {
  const imports = `import { count, defineDataset, fromName, integer, jsonDocument, month, rollup, snapshot, sum, text, unique, upsert } from 'landfall';\n`;
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, 'datasets', name), { recursive: true });
    writeFileSync(
      join(folder, 'datasets', name, 'dataset.ts'),
      `${imports}export default defineDataset({ name: '${name}', ${text} });\n`,
    );
  };
  write(
    'orders',
    `format: jsonDocument({ records: '$.orders[*]' }),
    columns: { id: integer({ required: true }), version: integer(), items: integer({ path: '$.count' }) },
    star: { fact: 'fact_order' }, ${orders}`,
  );
  write(
    'items',
    `format: jsonDocument({ records: '$.orders[*]', explode: '$.items[*]'${parent ? ", parent: 'orders'" : ''} }),
    columns: { order_id: integer({ path: '^.id', required: true }), version: integer({ path: '^.version' }),
      line: integer({ required: true }), quantity: integer() },
    star: { fact: 'fact_item' },
    marts: {
      sold: rollup({ by: ['order_id'], measures: { items: count(), quantity: sum('quantity') } }),
      listed: { kind: 'table', uniqueKey: ['order_id'], sql: 'select order_id, count(*)::int as items from star.fact_item group by 1' },
    }, ${items}`,
  );
  if (stock !== undefined)
    write(
      'stock',
      `format: jsonDocument({ records: '$.orders[*]', explode: '$.items[*]', parent: 'orders' }),
      columns: { order_id: integer({ path: '^.id' }), line: integer() }, star: { fact: 'fact_stock' }, ${stock}`,
    );
  return join(folder, 'datasets');
}

/** Items of an order. */
const itemsOf = (id: number) => id % 4;

/** A document of orders with ids from `first` on. `bad`: the quantity of the first item that is not a number. */
export function documentOf(first: number, count: number, { version = 1, bad = 0 } = {}): string {
  let left = bad;
  const orders = Array.from({ length: count }, (_, i) => {
    const id = first + i;
    const items = Array.from({ length: itemsOf(id) }, (_, line) => {
      const quantity = left-- > 0 ? '"many"' : version;
      return `{"line": ${line}, "quantity": ${quantity}}`;
    });
    return `{"id": ${id}, "version": ${version}, "count": ${items.length}, "items": [${items.join(', ')}]}`;
  });
  return `{"orders": [\n${orders.join(',\n')}\n]}\n`;
}

export const sumOfItems = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => itemsOf(first + i)).reduce((sum, items) => sum + items, 0);

export const eventually = { timeout: 30_000, interval: 50 };

/** For the tests around the call: sites and what else they open, closed when the test ends, the latest first. */
export function closing() {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  /** `before`: called when the definitions are written, before the site opens. */
  async function open(
    written: Written = {},
    { before, ...options }: Partial<TestSiteOptions> & { before?: () => void } = {},
  ): Promise<TestSite> {
    const folder = options.folder ?? tempFolder();
    const datasets = [define(folder, written)];
    before?.();
    const site = await testSite({ backend: 'postgres', chunkBytes: 4096, ...options, folder, datasets });
    let closing: Promise<void> | undefined;
    const close = () => (closing ??= site.close());
    closers.push(close);
    return { ...site, close };
  }
  return { closers, open };
}

export function drop(at: TestSite, name: string, content: string | Buffer, dataset = 'orders') {
  const path = join(at.folder, name);
  writeFileSync(path, content);
  return at.drop(dataset, path);
}

interface Standing {
  readonly [name: string]: unknown;
  readonly state: string;
  readonly dataset: string;
  readonly code: string | null;
}

/** Every file in the ledger: its dataset, its state and the code of its error. */
export const standings = (at: TestSite) =>
  at.query<Standing>(
    `select dataset, state, error ->> 'code' as code from landfall.file where state <> 'undone' order by file_id`,
  );

/** What the star has, and what is wrong with it: orders that lack items, and items that lack their order. */
export async function shown(at: TestSite) {
  const [row] = await at.query<Record<'orders' | 'items' | 'rolled' | 'wrong', number>>(read);
  return row;
}

export const read = `select (select count(*)::int from star.fact_order) as orders, (select count(*)::int from star.fact_item) as items,
  (select coalesce(sum(items), 0)::int from star.sold) as rolled,
  (select count(*)::int from (select id, items from star.fact_order where items > 0) o
    full join (select order_id as id, count(*) as items from star.fact_item group by 1) i using (id)
    where o.items is distinct from i.items) as wrong`;

/**
 * Of a file and its child, the second chunk of the child is not committed until it is released, and never if
 * `public.refused` has a row then.
 */
export async function holdSecondOfChild(at: TestSite): Promise<Lock> {
  await at.query(
    `create function public.hold_second() returns trigger language plpgsql as $$ begin
       if exists (select from landfall.file where file_id = new.file_id and parent_id is not null and new.number = 1)
         then perform pg_advisory_xact_lock_shared(4711);
         if exists (select from public.refused) then raise 'refused'; end if;
       end if;
       return new; end $$`,
  );
  await at.query('create table public.refused (at timestamptz)');
  await at.query(
    `create trigger hold_second before update on landfall.chunk
     for each row when (new.state = 'committed') execute function public.hold_second()`,
  );
  return holdLock(at, 'select pg_advisory_xact_lock(4711)');
}

/** Counts again, as landfall verify does. */
export async function faults(at: TestSite): Promise<string[]> {
  const tools = await toolsOf(at);
  const files = await tools.ledger.files({ states: ['done'] });
  const audits = await Promise.all(files.map((file) => verifyFile(tools, file)));
  return audits.flatMap(({ dataset, checks }) =>
    checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${dataset}: ${name}: ${detail}`),
  );
}

/** The dumps of all days but the last in a folder, and the API, from which the last day is fetched. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DemoOptions, type DemoRound, type DemoSite, serveJson } from '../demo-site.ts';
import { writeGenerated } from '../generated.ts';
import { dateOf, exportsOf, generateOrders, type Shop, shopOf } from './generate.ts';

/** Orders of a page of the API. */
const pageOrders = 200;
const dayMs = 86_400_000;
/** Those that fetch: the lines are loaded with the orders. */
const datasets = ['orders', 'orders_users'];

export async function openOrders(options: DemoOptions): Promise<DemoSite> {
  const shop = shopOf(options);
  const folder = join(options.folder, 'dumps');
  await mkdir(folder, { recursive: true });
  const api = await serveOrders(shop);
  const last = shop.days - 1;
  const [first, before, end] = [0, last, last + 1].map((day) => `${dateOf(day)}T00:00:00.000Z`);
  const dumped: DemoRound = {
    title: `The dumps until ${dateOf(last - 1)}, from a folder`,
    async prepare() {
      for (const { path, buffers } of generateOrders(options))
        if (!path.includes(dateOf(last))) await writeGenerated(join(folder, path), buffers);
    },
    sources: datasets.map((dataset) => ({ dataset, source: 'dumps', window: { from: first, to: before } })),
  };
  const fetched: DemoRound = {
    title: 'The last day, from the API',
    sources: datasets.map((dataset) => ({ dataset, source: 'api', window: { from: before, to: end } })),
  };
  return {
    env: { ORDERS_DUMPS: folder, ORDERS_API: api.url },
    // The first day may be the last one.
    rounds: last === 0 ? [fetched] : [dumped, fetched],
    close: () => api.close(),
  };
}

/** The API: `/orders?from=…&to=…&cursor=…` has what was exported in a window of days, a page at a time. */
export function serveOrders(shop: Shop): ReturnType<typeof serveJson> {
  // The latest window: it is asked for page after page.
  let [from, to] = [Number.NaN, Number.NaN];
  let records: readonly string[] = [];
  return serveJson(({ pathname, searchParams }) => {
    if (pathname !== '/orders') return null;
    const asked = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''));
    if (asked[0] !== from || asked[1] !== to) {
      [from, to] = asked;
      records = recordsOf(shop, from, to);
    }
    const first = Number(searchParams.get('cursor') ?? 0);
    const next = first + pageOrders < records.length ? `"${first + pageOrders}"` : 'null';
    return `{"orders": [${records.slice(first, first + pageOrders).join(',\n')}], "next": ${next}}`;
  });
}

/** What was exported on the days between two instants. */
function recordsOf(shop: Shop, from: number, to: number): string[] {
  return Array.from({ length: shop.days }, (_, day) => day)
    .filter((day) => Date.parse(dateOf(day)) >= from && Date.parse(dateOf(day)) + dayMs <= to)
    .flatMap((day) => [...exportsOf(shop, day)]);
}

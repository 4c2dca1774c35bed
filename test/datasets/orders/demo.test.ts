import { afterEach, expect, it } from 'vitest';
import type { DemoSite } from '../../../datasets/demo-site.ts';
import { openOrders, serveOrders } from '../../../datasets/orders/demo.ts';
import { dateOf, exportsOf, type Shop, shopOf } from '../../../datasets/orders/generate.ts';
import { tempFolder } from '../../support/index.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

it.each([1, 2, 15, 300])(
  '%i orders: the windows of the rounds cover all days, and none is empty',
  async (rows) => {
    const demo: DemoSite = await openOrders({ rows, seed: 1, databaseUrl: '', folder: tempFolder() });
    closers.push(() => demo.close());
    const windows = demo.rounds.map(({ sources }) => sources[0].window!);
    for (const { from, to } of windows) expect(Date.parse(to)).toBeGreaterThan(Date.parse(from));
    for (const [i, { from }] of windows.slice(1).entries()) expect(from).toBe(windows[i].to);
    const { days } = shopOf({ rows });
    expect([windows[0].from, windows.at(-1)!.to]).toEqual(
      [0, days].map((day) => `${dateOf(day)}T00:00:00.000Z`),
    );
  },
);

/** The records of a window, page after page. */
async function pagesOf(url: string, from: number, to: number): Promise<object[][]> {
  const pages: object[][] = [];
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const asked = `${url}/orders?from=${dateOf(from)}&to=${dateOf(to)}&cursor=${cursor}`;
    const page = (await fetch(asked).then((answer) => answer.json())) as {
      orders: object[];
      next: string | null;
    };
    pages.push(page.orders);
    cursor = page.next;
  }
  return pages;
}

it('the API has the orders of each window it is asked for, a page at a time', async () => {
  const shop: Shop = shopOf({ rows: 2_000, seed: 4 });
  const api = await serveOrders(shop);
  closers.push(() => api.close());
  const exported = (day: number) => [...exportsOf(shop, day)].map((record) => JSON.parse(record));
  for (const [from, to] of [
    [2, 5],
    [5, 6],
    [2, 5],
  ]) {
    const pages = await pagesOf(api.url, from, to);
    expect(pages.length).toBe(Math.ceil(pages.flat().length / 200));
    const days = Array.from({ length: to - from }, (_, i) => from + i);
    expect(pages.flat()).toEqual(days.flatMap(exported));
  }
  expect((await fetch(`${api.url}/users`)).status).toBe(404);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineDataset, integer, jsonDocument, ndjson } from '../../../model/index.ts';
import { childrenOf, isUsable, loadRegistry } from '../../../model/registry.ts';
import { tempFolder } from '../../support/index.ts';

const columns = { id: integer() };
const dataset = (name: string, rest: object) =>
  defineDataset({ name, columns, star: { fact: `fact_${name}` }, ...rest });

const orders = dataset('orders', { format: jsonDocument({ records: '$.orders[*]' }) });
const itemsOf = (parent: string, rest = {}, name = 'items') =>
  dataset(name, { format: jsonDocument({ records: '$.orders[*]', explode: '$.items[*]', parent }), ...rest });
const read = (...builtin: ReturnType<typeof dataset>[]) => loadRegistry({ builtin, paths: [] });

describe('a parent', () => {
  it('has its children by name', async () => {
    const registry = await read(itemsOf('orders'), itemsOf('orders', {}, 'discounts'), orders);
    expect(registry.broken()).toEqual([]);
    expect(childrenOf(registry, 'orders').map(({ name }) => name)).toEqual(['discounts', 'items']);
    expect(childrenOf(registry, 'items')).toEqual([]);
  });

  it.each([
    ['there is no usable dataset "order". Did you mean orders?', itemsOf('order')],
    ['the rows of items are exploded themselves', itemsOf('items')],
    [
      'the files of lines have another format. Say the same format and the same path of the records',
      itemsOf('lines'),
    ],
    [
      'the files of orders have another format',
      dataset('items', {
        format: jsonDocument({ records: '$.all[*]', explode: '$.items[*]', parent: 'orders' }),
      }),
    ],
    [
      'the rows of discounts are exploded themselves. Name the dataset that has a row for each record, orders',
      itemsOf('discounts'),
    ],
    [
      "orders has 'add', and its files are loaded into both. Say versions: 'add'",
      itemsOf('orders', { versions: 'replace' }),
    ],
  ])('cannot be named wrongly: %s', async (what, items) => {
    const lines = dataset('lines', { format: ndjson() });
    const discounts = itemsOf('orders', {}, 'discounts');
    const registry = await read(orders, lines, discounts, items);
    expect(registry.get('items')).toBeUndefined();
    const [{ dataset: name, error }] = registry.broken();
    expect(name).toBe('items');
    expect(error).toMatchObject({ code: 'LF_DEFINITION', message: expect.stringContaining(what) });
  });

  it('that ships with Landfall leaves with its children when another dataset replaces it', async () => {
    const folder = tempFolder();
    const own = `import { defineDataset, integer } from 'landfall';
export default defineDataset({ name: 'orders', columns: { id: integer() }, star: { fact: 'fact_orders' } });\n`;
    writeFileSync(join(folder, 'orders.ts'), own);
    const registry = await loadRegistry({ builtin: [orders, itemsOf('orders')], paths: [folder] });
    expect([registry.names(), registry.broken()]).toEqual([['orders'], []]);
    expect(childrenOf(registry, 'orders')).toEqual([]);
  });

  it('has files that wait for a child which cannot be used, whatever is wrong with it', async () => {
    const wrong = itemsOf('orders', { columns: { id: integer({ path: 'id' }) } });
    const same = itemsOf('orders', { star: { fact: 'fact_orders' } });
    for (const items of [wrong, same, itemsOf('orders', { versions: 'refuse' })]) {
      const registry = await read(orders, items);
      expect(registry.broken()).toMatchObject([{ dataset: 'items', parents: ['orders'] }]);
      expect(() => childrenOf(registry, 'orders')).toThrow('The dataset items cannot be used.');
    }
  });

  it.each([
    ["explode: '$.items[*]', parent: 'orders'", ['orders']],
    ['"parent" : `orders`, other: { parent: "sales" }', ['orders', 'sales']],
    ["parent: text(), grandparent: 'orders', parents: ['orders']", undefined],
  ])('is known of a child that cannot be imported, and never could be: %s', async (text, parents) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'items.ts'), `export default nothing({ ${text} });\n`);
    const registry = await loadRegistry({ builtin: [orders], paths: [folder] });
    const [broken] = registry.broken();
    expect([broken.dataset, broken.error.code, broken.parents]).toEqual([
      'items',
      'LF_DEFINITION_IMPORT',
      parents,
    ]);
    expect(isUsable(registry, 'orders')).toBe(parents === undefined);
    expect(isUsable(registry, 'items')).toBe(false);
  });
});

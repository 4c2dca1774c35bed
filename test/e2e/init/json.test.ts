/** `landfall init` on files of JSON: what it writes loads the file, whole and exact. */

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/index.ts';
import type { TestSite } from '../site.ts';
import { initInto, type Loaded, loadInOneSite, type Written, written } from './support.ts';

const orders = Array.from(
  { length: 60 },
  (_, i) =>
    `{"id": ${i + 1}, "created at": "2026-01-${10 + (i % 20)} 10:00:0${i % 10}", "total": ${i}.${10 + (i % 90)}, "paid": ${i % 2 === 0}, ` +
    `"customer": ${i % 7 === 0 ? 'null' : `{"id": ${i % 9}, "name": "Customer ${i % 9}"}`}, "items": [{"sku": "A"}], ` +
    `"big": 12345678901234567890${i}, "note": ${i % 3 === 0 ? '""' : i % 3 === 1 ? '{"a": 1}' : '"text"'}}`,
);

describe('landfall init', () => {
  const folder = tempFolder();
  const said = new Map<string, Written>();
  let site: TestSite;
  let loaded: ReadonlyMap<string, Loaded>;
  const files = [
    {
      name: 'orders',
      path: written(folder, 'orders.json', `{"n": 1, "data": {"orders": [${orders.join(',\n')}]}}`),
    },
    { name: 'list', path: written(folder, 'list.json', `[${orders.join(',\n')}]`) },
    { name: 'lines', path: written(folder, 'lines.ndjson.gz', gzipSync(`${orders.join('\n')}\n`)) },
  ];
  beforeAll(async () => {
    for (const { name, path } of files) said.set(name, await initInto(folder, name, [path]));
    ({ site, loaded } = await loadInOneSite(folder, files));
  }, 90_000);
  afterAll(() => site?.close());

  it.each([
    ['orders', "format: jsonDocument({ records: '$.data.orders[*]' }),"],
    ['list', 'format: jsonDocument(),'],
    ['lines', 'format: ndjson(),'],
  ])('writes a definition of %s that loads it', async (name, format) => {
    const { source, said: told } = said.get(name)!;
    expect(source).toContain(format);
    expect(told).toContain('Found 9 columns in the first 60 records of JSON.');
    expect(source).toContain("customer_id: integer({ path: '$.customer.id' }), // in 51 of 60 records");
    expect(loaded.get(name)!.receipt).toMatchObject({ status: 'done', rows: { loaded: 60, rejected: 0 } });
    const [row] =
      await site.query(`select id, created_at::text, total::text, paid, customer_id, customer_name,
      items::text, big::text, note::text from star.fact_${name} where id = 59`);
    expect(row).toEqual({
      ...{ id: 59, created_at: '2026-01-28 10:00:08+00', total: '58.68', paid: true, customer_id: 4 },
      ...{
        customer_name: 'Customer 4',
        items: '[{"sku": "A"}]',
        big: '1234567890123456789058',
        note: '{"a": 1}',
      },
    });
  });
});

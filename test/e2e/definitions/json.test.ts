/** Files of JSON from landing to star and lake: documents and lines, plain, gzipped and zipped, whole and broken. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../../csv/zip.ts';
import { tempFolder } from '../../support/index.ts';
import { exported, replayed, undone } from '../again.ts';
import { type TestSite, testSite } from '../site.ts';

const source = `import { boolean, defineDataset, integer, json, jsonDocument, ndjson, numeric, text, timestamp } from 'landfall';
const columns = {
  id: integer({ required: true }),
  customer_id: text({ path: '$.customer.id' }),
  total: numeric(30, 10),
  paid: boolean(),
  at: timestamp({ path: "$['created at']", formats: ["yyyy-MM-dd'T'HH:mm:ssXXX"] }),
  first_sku: text({ path: '$.items[0].sku' }),
  items: json(),
};
const common = { columns, rejects: { share: 1 }, drift: { unknown: { keep: 'extra' } } };
export const orders = defineDataset({ ...common, name: 'orders', format: jsonDocument({ records: '$.orders[*]' }), star: { fact: 'fact_orders' } });
export const lines = defineDataset({ ...common, name: 'lines', format: ndjson(), star: { fact: 'fact_lines' } });
export const items = defineDataset({
  name: 'items',
  format: jsonDocument({ records: '$.orders[*]', explode: '$.items[*]' }),
  columns: { order_id: integer({ path: '^.id', required: true }), sku: text(), quantity: integer() },
  rejects: { share: 1 },
  star: { fact: 'fact_items' },
});
`;

interface Order {
  readonly id: number;
  readonly text: string;
  readonly row: Record<string, unknown>;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

/** An order, as it is written and as the star should have it. */
function orderOf(id: number): Order {
  const items = Array.from({ length: id % 4 }, (_, i) => ({ sku: `S"${i}\n${id}`, quantity: i }));
  const total = `${id}0000000000000000${id % 10}.0${id % 7}`;
  const customer = id % 5 === 0 ? 'null' : `{"id": "c, ${id} é\\u00e9\\ud83d\\ude00", "name": "\\"${id}\\""}`;
  const text =
    `{"id": ${id}, "customer": ${customer}, "total": ${total}, "paid": ${id % 3 === 0}, ` +
    `"created at": "2026-01-0${1 + (id % 9)}T10:00:00+02:00", "items": ${JSON.stringify(items)}, "note": ${id % 2 === 0 ? `"n ]}${id}"` : 'null'}}`;
  const row = {
    id,
    customer_id: id % 5 === 0 ? null : `c, ${id} éé😀`,
    total: `${total.split('.')[0]}.${total.split('.')[1]}00000000`,
    paid: id % 3 === 0,
    at: `2026-01-0${1 + (id % 9)} 08:00:00+00`,
    first_sku: items[0]?.sku ?? null,
    items: JSON.stringify(items),
    extra: JSON.stringify({
      ...(id % 5 !== 0 && { 'customer.name': `"${id}"` }),
      note: id % 2 === 0 ? `n ]}${id}` : null,
    }),
  };
  return { id, text, row, items };
}

const orders = Array.from({ length: 500 }, (_, i) => orderOf(i + 1));
const documentOf = (some: readonly Order[]) =>
  `\ufeff{"count": ${some.length}, "meta": {"orders": [1]},\n "orders": [\n${some.map(({ text }) => text).join(',\n  ')}\n],\n "next": null}\n`;
const linesOf = (some: readonly Order[]) => some.map(({ text }) => `${text}\r\n`).join('');

describe('files of JSON', () => {
  let site: TestSite;
  const staged = tempFolder();
  let names = 0;

  beforeAll(async () => {
    const folder = join(tempFolder(), 'datasets');
    for (const name of ['orders', 'lines', 'items']) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(
        join(folder, name, 'dataset.ts'),
        `${source.replace(/export const/g, 'const')}export default ${name};\n`,
      );
    }
    site = await testSite({ backend: 'postgres', chunkBytes: 16 * 1024, datasets: [folder] });
  }, 120_000);
  afterAll(() => site?.close());

  const written = (name: string, content: string | Buffer): string => {
    const path = join(staged, `${++names}-${name}`);
    writeFileSync(path, content);
    return path;
  };

  /** The rows of a fact table that came from the file. */
  const rowsOf = (table: string, fileId: number) =>
    site.query(
      `select id, customer_id, total::text, paid, at::text, first_sku, items::text, extra::text
       from star.${table} join landfall.chunk using (chunk_id) where file_id = $1 order by id`,
      [fileId],
    );
  const expected = async (some: readonly Order[]) => {
    const [{ rows }] = await site.query<{ rows: unknown[] }>(
      `select json_agg(json_build_object('items', items::jsonb::text, 'extra', extra::jsonb::text)) as rows
       from unnest($1::text[], $2::text[]) as given (items, extra)`,
      [some.map(({ row }) => row.items), some.map(({ row }) => row.extra)],
    );
    return some.map(({ row }, i) => ({ ...row, ...(rows[i] as object) }));
  };
  it.each([
    ['a document', 'orders', 'orders.json', () => documentOf(orders)],
    ['a gzipped document', 'orders', 'orders.json.gz', () => gzipSync(documentOf(orders.slice(1)))],
    ['lines', 'lines', 'orders.ndjson', () => linesOf(orders)],
    ['gzipped lines', 'lines', 'orders.ndjson.gz', () => gzipSync(linesOf(orders.slice(1)))],
    [
      'zipped documents',
      'orders',
      'orders.zip',
      () =>
        zipOf([
          { name: 'a.json', content: documentOf(orders.slice(2, 9)) },
          { name: 'b.json', content: documentOf([]) },
          { name: 'c.json', content: documentOf(orders.slice(9)) },
        ]),
    ],
  ])(
    'loads %s',
    async (_, dataset, name, content) => {
      const path = written(name, content());
      const receipt = await site.drop(dataset, path);
      expect(receipt).toMatchObject({ status: 'done', rows: { rejected: 0 } });
      expect(receipt.chunks).toBeGreaterThan(3);
      const fileId = receipt.fileId;
      const some = orders.slice(500 - receipt.rows.loaded);
      expect(await rowsOf(`fact_${dataset}`, fileId)).toEqual(await expected(some));
    },
    30_000,
  );

  it('rejects what is not JSON, each with its place', async () => {
    const good = orders[7].text;
    const broken = [
      ['{"id": 01}', /\$\.id, byte \d+ of the file: a number cannot begin with 0/],
      ['{"id": 1, "id": 2}', /\$\.id, .*the key is there twice/],
      ['{"id": NaN}', /NaN is not JSON/],
      ['{"id": 1, "items": [{"sku": "a"},]}', /\$\.items, .*a comma has nothing after it/],
      ['{"id": 1, "customer": 5}', /\$\.customer, .*an object should be here/],
      ['{"id": 1, "customer": {"id": "\\ud800"}}', /surrogate pair/],
      ['{"id": "x"}', /id: "x" is not an integer/],
      ['[1]', /an object should be here/],
      ['', /a value should be here/],
    ] as const;
    const text = `{"orders": [${good},\n${broken.map(([record]) => record).join(',\n')},\n${good}]}`;
    const path = written('broken.json', text);
    const receipt = await site.drop('orders', path);
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 11, loaded: 2, rejected: 9 } });
    const rejects = await site.query<{ byte_offset: string; line: string; raw: string; message: string }>(
      'select byte_offset, line, raw, message from landfall.reject where file_id = $1 order by byte_offset',
      [receipt.fileId],
    );
    rejects.forEach(({ byte_offset, line, raw, message }, i) => {
      const [record, words] = broken[i];
      expect(raw).toBe(record);
      expect(Buffer.from(text).subarray(Number(byte_offset)).toString().startsWith(record)).toBe(true);
      expect(Number(line)).toBe(i + 2);
      expect(message).toMatch(words);
    });
  }, 30_000);

  it.each([
    ['as it is', (text: string) => Buffer.from(text)],
    ['gzipped', (text: string) => gzipSync(text)],
    ['zipped', (text: string) => zipOf([{ name: 'a.json', content: text }])],
  ])('rejects the record that is missing after the last comma of a document: %s', async (name, packed) => {
    const path = written(
      `comma-${name}.json`,
      packed(`{"orders": [${orders[7].text}, \n], "next": "${name}"}`),
    );
    const receipt = await site.drop('orders', path);
    expect(receipt).toMatchObject({ status: 'done', rows: { parsed: 2, loaded: 1, rejected: 1 } });
  });

  it('exports rejects as lines, takes them back corrected, and replays the rest', async () => {
    const text = `{"orders": [\n{"id": 900,\n "total": "x, \\"y\\""},\n{"id": 901, "paid": maybe}, {"id": 902}]}`;
    const receipt = await site.drop('orders', written('wrong.json', text));
    expect(receipt.rows).toMatchObject({ loaded: 1, rejected: 2 });
    const [first, second, ...more] = (await exported(site, receipt.file)).toString().trim().split('\n');
    expect(more).toEqual([]);
    expect(first).toMatch(
      /^\{"_landfall_file":"\d+:.*wrong\.json","_landfall_byte_offset":"13",.*"id": 900, {2}"total": "x, \\"y\\""\}$/,
    );
    const again = await replayed(site, receipt.file);
    expect(again.rows).toMatchObject({ loaded: 0, rejected: 2 });
    const corrected = [
      first.replace('"x, \\"y\\""', '17.5'),
      second.replace('"paid": maybe', '"paid": true'),
    ].join('\n');
    const fixed = await site.drop('orders', written('corrected.ndjson', corrected));
    expect(fixed).toMatchObject({ status: 'done', rows: { loaded: 2, rejected: 0 } });
    expect(
      await site.query(
        'select id, total::text, paid, extra from star.fact_orders where id >= 900 order by 1',
      ),
    ).toEqual([
      { id: 900, total: '17.5000000000', paid: null, extra: null },
      { id: 901, total: null, paid: true, extra: null },
      { id: 902, total: null, paid: null, extra: null },
    ]);
  }, 30_000);

  it.each([
    ['a document that is cut off', documentOf(orders.slice(0, 90)).slice(0, -500), 'LF_JSON_DOCUMENT'],
    ['a document with something after it', `${documentOf(orders.slice(0, 3))}x`, 'LF_JSON_DOCUMENT'],
    ['a document with its records twice', '{"orders": [], "orders": [{"id": 1}]}', 'LF_JSON_DOCUMENT'],
    ['a document without its records', '{"order": [{"id": 1}]}', 'LF_JSON_RECORDS'],
    ['a document whose records are no array', '{"orders": {"id": 1}}', 'LF_JSON_RECORDS'],
    ['a page', '<html></html>', 'LF_JSON_DOCUMENT'],
    ['blanks', ' \n\n', 'LF_FILE_EMPTY'],
  ])('refuses %s and loads nothing of it', async (_, text, code) => {
    const path = written('refused.json', text);
    const receipt = await site.drop('orders', path).catch((error) => ({ error }));
    const [file] = await site.query<{ state: string; error: { code: string } }>(
      'select state, error from landfall.file where name like $1',
      [`%${path.split('/').at(-1)}`],
    );
    expect(file).toMatchObject({ state: 'failed', error: { code } });
    void receipt;
  });

  it('explodes an array into rows that know their record, and takes them out again', async () => {
    const path = written('items.json', documentOf(orders));
    const receipt = await site.drop('items', path);
    const expectedItems = orders.flatMap(({ id, items }) => items.map((item) => ({ order_id: id, ...item })));
    expect(receipt).toMatchObject({ status: 'done', rows: { loaded: expectedItems.length } });
    const loaded = () => site.query('select order_id, sku, quantity from star.fact_items order by 1, 3');
    expect(await loaded()).toEqual(expectedItems);
    await undone(site, receipt.file);
    expect(await loaded()).toEqual([]);
    await replayed(site, receipt.file);
    expect(await loaded()).toEqual(expectedItems);
  }, 30_000);
});

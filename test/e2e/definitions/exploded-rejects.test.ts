/** Rejected elements of exploded records: exported with the record around each, corrected, dropped again and replayed. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { findFile } from '../../../coordinator/commands/find-file.ts';
import { rejectsOf } from '../../../ledger/tables/rejects.ts';
import { zipOf } from '../../csv/zip.ts';
import { tempFolder, testDatabase } from '../../support/index.ts';
import { exported, replayed, undone } from '../again.ts';
import { type TestSite, testSite } from '../site.ts';
import { drop, faults } from './orders-and-items.ts';

interface Item {
  readonly sku: string;
  readonly quantity: number;
}

interface Order {
  readonly id: number;
  readonly customer: string;
  readonly items: readonly Item[];
}

const orders: readonly Order[] = Array.from({ length: 60 }, (_, i) => ({
  id: i + 1,
  customer: `Ada "é${i}"`,
  items: Array.from({ length: i % 4 }, (_, n) => ({
    sku: n === 2 && i % 12 === 3 ? `long ${'x'.repeat(9000)}` : `S\n${i}`,
    quantity: 10 * i + n,
  })),
}));

/** What is wrong in the text of an order; how it is made right again is in its text. */
const mistakes: Readonly<Record<number, (text: string) => string>> = {
  // Several elements of a record, alike in part, and one that is longer than what the ledger keeps.
  4: (text) => text.replaceAll(/"quantity": (\d+)/g, '"quantity": "many $1"'),
  // A value of the record, which each of its elements has.
  8: (text) => text.replace('"id": 8', '"id": "number 8"'),
  // The record cannot be read, so that all its elements are missing.
  12: (text) => text.replace('"paid": true', '"paid": maybe'),
  // An element that is not an object.
  16: (text) => text.replace('{"sku": "S\\n15", "quantity": 151}', '151'),
  60: (text) => text.replace('"quantity": 590', '"quantity": "many 590"'),
};

/** Undoes the mistakes. */
const corrected = (text: string) =>
  text
    .replaceAll(/"many (\d+)"/g, '$1')
    .replaceAll(/"number (\d+)"/g, '$1')
    .replaceAll('maybe', 'true')
    .replaceAll(/\[\s*151\s*\]/g, '[{"sku": "S\\n15", "quantity": 151}]');

function textOf({ id, customer, items }: Order, gap: string): string {
  const written = items.map(
    ({ sku, quantity }) => `{"sku": ${JSON.stringify(sku)}, "quantity": ${quantity}}`,
  );
  const text =
    `{"id": ${id},${gap}"paid": true, "note": "[{\\"]}",${gap}"cart": {"items": [${gap}${written.join(`,${gap}`)}${gap}],
    "count": ${items.length}}, "customer": {"name": ${JSON.stringify(customer)}}}`.replace('\n   ', gap);
  return mistakes[id]?.(text) ?? text;
}

const linesOf = (some: readonly Order[]) => some.map((order) => `${textOf(order, ' ')}\r\n`).join('');
const documentOf = (some: readonly Order[]) =>
  `\ufeff{"data": {"n": ${some.length}, "orders": [\n${some.map((order) => textOf(order, '\n  ')).join(',\n')}\n]}}`;
const zippedOf = (some: readonly Order[]) =>
  zipOf([
    { name: '1.json', content: documentOf(some.slice(0, 10)) },
    { name: '2.json', content: documentOf(some.slice(10)) },
  ]);

const customer = `customer: text({ path: '^.customer.name' }),`;

/** Writes the definitions: orders, and the items in them, of documents or lines. */
function define(folder: string, format: string, columns = `${customer} quantity: integer(),`): string {
  const write = (name: string, exploded: string, text: string) => {
    mkdirSync(join(folder, 'datasets', name), { recursive: true });
    writeFileSync(
      join(folder, 'datasets', name, 'dataset.ts'),
      `import { count, defineDataset, integer, json, jsonDocument, ndjson, rollup, text } from 'landfall';
export default defineDataset({ name: '${name}', format: ${format.replace('EXPLODED', exploded)}, rejects: { share: 1 }, ${text} });\n`,
    );
  };
  write(
    'orders',
    '',
    `columns: { id: integer({ required: true }), whole: json({ path: '$' }) }, star: { fact: 'fact_order' }`,
  );
  write(
    'items',
    `explode: '$.cart.items[*]', parent: 'orders'`,
    `columns: { order_id: integer({ path: '^.id', required: true }), sku: text({ required: true }), ${columns} },
    star: { fact: 'fact_item' },
    marts: { sold: rollup({ by: ['order_id'], measures: { items: count() } }) }`,
  );
  return join(folder, 'datasets');
}

const documents = `jsonDocument({ records: '$.data.orders[*]', EXPLODED })`;
const lines = 'ndjson({ EXPLODED })';

let site: TestSite | undefined;
const closed = async () => {
  await site?.close();
  site = undefined;
};
afterEach(closed);

async function open(format: string): Promise<TestSite> {
  const folder = tempFolder();
  site = await testSite({
    backend: 'postgres',
    chunkBytes: 4096,
    folder,
    datasets: [define(folder, format)],
  });
  return site;
}

const rowsOf = (some: readonly Order[]) =>
  some.flatMap(({ id, customer, items }) => items.map((item) => ({ order_id: id, customer, ...item })));

const itemsIn = (at: TestSite) =>
  at.query('select order_id, customer, sku, quantity from star.fact_item order by order_id, quantity');

/** Each with its items: what of it is loaded while nothing is corrected. */
const good = orders.map((order) => {
  if (order.id === 8 || order.id === 12) return { ...order, items: [] };
  const isBad = ({ quantity }: Item) => order.id === 4 || quantity === 151 || quantity === 590;
  return { ...order, items: order.items.filter((item) => !isBad(item)) };
});

describe('rejected elements', () => {
  it.each([
    ['lines', lines, 'a.ndjson', linesOf],
    ['gzipped lines', lines, 'a.ndjson.gz', (some: readonly Order[]) => gzipSync(linesOf(some))],
    ['a document', documents, 'a.json', documentOf],
    ['zipped documents', documents, 'a.zip', zippedOf],
  ] as const)(
    'of %s are exported with the record around each, and loaded when they are corrected, once',
    async (_, format, name, contentOf) => {
      const at = await open(format);
      const receipt = await drop(at, name, contentOf(orders));
      const [{ fileId }] = receipt.children!;
      const child = await at.coordinator.settled(fileId);
      expect(child).toMatchObject({ status: 'done', rows: { rejected: 9 } });
      expect(child.chunks).toBeGreaterThan(2);
      expect(await itemsIn(at)).toEqual(rowsOf(good));

      const text = (await exported(at, `items/${name}`)).toString();
      const written = text.trimEnd().split('\n');
      expect(written).toHaveLength(9);
      for (const line of written)
        expect(line.startsWith(`{"_landfall_file":"${fileId}:${name}",`)).toBe(true);
      const records = written.map((line) => JSON.parse(corrected(line)));
      expect(records.map(({ id, cart }) => [id, cart.items.length])).toEqual([
        ...[4, 4, 4, 8, 8, 8].map((id) => [id, 1]),
        ...[12, 16, 60].map((id) => [id, id === 12 ? 3 : 1]),
      ]);

      expect(records[3]._landfall_message).toMatch(
        /order_id: a value of the record around it is not an integer\.$/,
      );

      // One of order 4, the record that could not be read, and the element that was not an object.
      const first = [written[1], written[6], written[7]].map(corrected).join('\n');
      const some = await drop(at, 'some.ndjson', `${first}\n`, 'items');
      expect(some).toMatchObject({
        ...{ status: 'done', rows: { loaded: 5, rejected: 0 }, link: { kind: 'corrects', fileId } },
      });
      expect(await drop(at, 'twice.ndjson', `${first}\n`, 'items')).toMatchObject({ status: 'duplicate' });
      expect(await drop(at, 'again.ndjson', `${first} \n`, 'items')).toMatchObject({
        error: { code: 'LF_CORRECTION_TAKEN' },
      });
      const rest = (await exported(at, `items/${name}`)).toString();
      expect(rest.trimEnd().split('\n')).toEqual(written.filter((_, line) => ![1, 6, 7].includes(line)));

      // It says itself what it corrects. The last line is still wrong, and is a reject of this file.
      const path = join(at.folder, 'rest.ndjson');
      writeFileSync(path, corrected(rest).replace('"quantity": 590', '"quantity": "many 590"'));
      const last = await at.coordinator.settled(await at.coordinator.submit({ path }));
      expect(last).toMatchObject({ dataset: 'items', status: 'done', rows: { loaded: 5, rejected: 1 } });
      const more = (await exported(at, 'rest.ndjson')).toString();
      expect(more.match(/_landfall_file/g)).toHaveLength(1);
      expect(await drop(at, 'more.ndjson', corrected(more), 'items')).toMatchObject({ status: 'done' });
      expect(await itemsIn(at)).toEqual(rowsOf(orders));

      // The orders that were rejected themselves are loaded alone.
      const ownText = corrected((await exported(at, `orders/${name}`)).toString());
      expect(await drop(at, 'own.ndjson', ownText, 'orders')).toMatchObject({ rows: { loaded: 2 } });
      // The record itself is without what the export has added to it.
      const wholes = await at.query<{ id: number; whole: object }>(
        'select id, whole from star.fact_order order by id',
      );
      expect(wholes.map(({ id, whole }) => [id, Object.keys(whole).sort()])).toEqual(
        orders.map(({ id }) => [id, ['cart', 'customer', 'id', 'note', 'paid']]),
      );
      expect(await itemsIn(at)).toEqual(rowsOf(orders));
      expect(await faults(at)).toEqual([]);
      await undone(at, `orders/${name}`);
      expect(await itemsIn(at)).toEqual([]);
      expect(await at.query('select * from star.sold')).toEqual([]);
    },
    60_000,
  );

  it('are replayed with the record around each, and wait again where they came from', async () => {
    const database = await testDatabase();
    const folder = tempFolder();
    const reopened = async (columns: string) => {
      await closed();
      const datasets = [define(folder, lines, columns)];
      site = await testSite({ backend: 'postgres', folder, database, datasets });
      return site;
    };
    try {
      let at = await reopened(`${customer} quantity: integer(),`);
      const item = (sku: string, quantity: string) => `{"sku": "${sku}", "quantity": ${quantity}}`;
      const order = (id: number, rest: string, ...items: string[]) =>
        `{"id": ${id}, ${rest}, "cart": {"items": [${items.join(', ')}]}}\n`;
      const text = [
        // The first and the third cannot be read while a path leads through the name.
        order(1, '"customer": "Ada"', item('a', '1'), item('b', '"many"'), item('c', '3')),
        order(2, '"customer": {"name": "Bo"}', item('a', '"many"'), item('b', '2')),
        order(3, '"customer": "Cy"', item('a', '"many"')),
        order(4, '"paid": maybe', item('a', '4')),
      ].join('');
      const receipt = await drop(at, 'a.ndjson', text);
      const [{ fileId }] = receipt.children!;
      const loaded = async () =>
        (await at.query('select order_id, sku from star.fact_item order by 1, 2')).map(
          ({ order_id, sku }) => `${order_id}${sku}`,
        );
      const waiting = async (name: string) =>
        (await rejectsOf(at.database.pool, (await findFile(at.database.pool, name)).fileId, {}))
          .filter(({ takenBy }) => takenBy === null)
          .map(({ line, column }) => [line, column]);
      expect(await loaded()).toEqual(['2b']);
      expect(await waiting('items/a.ndjson')).toEqual(
        [1, 2, 3, 4].map((line) => [line, line === 2 ? 'quantity' : null]),
      );

      at = await reopened('customer: text(), quantity: integer(),');
      expect(await replayed(at, 'items/a.ndjson')).toMatchObject({
        ...{ dataset: 'items', status: 'done', link: { kind: 'replays', fileId } },
        rows: { parsed: 6, loaded: 2, rejected: 4 },
      });
      expect(await loaded()).toEqual(['1a', '1c', '2b']);
      // The item of the first order waits with the replay: others of that order are loaded now.
      expect(await waiting('items/a.ndjson')).toEqual([
        [2, 'quantity'],
        [3, 'quantity'],
        [4, null],
      ]);
      expect(await waiting('a.ndjson~rejects')).toEqual([[1, 'quantity']]);
      expect(await faults(at)).toEqual([]);

      at = await reopened(`customer: text(), quantity: integer({ nulls: ['many'] }),`);
      expect(await replayed(at, 'a.ndjson~rejects')).toMatchObject({ rows: { loaded: 1, rejected: 0 } });
      expect(await replayed(at, 'items/a.ndjson')).toMatchObject({ rows: { loaded: 2, rejected: 1 } });
      expect(await loaded()).toEqual(['1a', '1b', '1c', '2a', '2b', '3a']);
      expect(await replayed(at, 'items/a.ndjson')).toMatchObject({ rows: { loaded: 0, rejected: 1 } });
      const last = corrected((await exported(at, 'items/a.ndjson')).toString());
      expect(await drop(at, 'last.ndjson', last, 'items')).toMatchObject({ rows: { loaded: 1 } });
      expect(await loaded()).toEqual(['1a', '1b', '1c', '2a', '2b', '3a', '4a']);
      expect(await faults(at)).toEqual([]);
      await undone(at, 'orders/a.ndjson');
      expect(await loaded()).toEqual([]);
    } finally {
      await closed();
      await database.drop();
    }
  }, 60_000);

  it('are refused where they cannot be told from what they are', async () => {
    const at = await open(documents);
    const receipt = await drop(at, 'a.json', documentOf(orders.slice(0, 4)));
    const text = corrected((await exported(at, 'items/a.json')).toString());
    const [{ fileId }] = receipt.children!;
    expect(await drop(at, 'elsewhere.ndjson', text, 'orders')).toMatchObject({
      error: { code: 'LF_CORRECTION_DATASET', fix: expect.stringContaining('landing/items/') },
    });
    const unnamed = text.replaceAll(`"${fileId}:a.json"`, '""');
    expect(await drop(at, 'new.ndjson', unnamed, 'items')).toMatchObject({
      error: { code: 'LF_DATASET_CHILD' },
    });
    const other = text.replaceAll(`"${fileId}:a.json"`, `"${fileId}:b.json"`);
    expect(await drop(at, 'other.ndjson', other, 'items')).toMatchObject({
      error: { code: 'LF_CORRECTION_UNKNOWN' },
    });
    expect(await itemsIn(at)).toEqual(rowsOf(good.slice(0, 4)));

    // The file is gone, or has other bytes in the place of an element.
    const [archived] = await at.query<{ url: string }>(
      `select url from landfall.file where name = 'a.json' limit 1`,
    );
    const path = new URL(archived.url);
    const content = readFileSync(path, 'utf8');
    for (const wrong of [
      content.replace('many 31', 'many 77'),
      content.replace('many 31', 'many 311'),
      null,
    ]) {
      rmSync(path);
      if (wrong !== null) writeFileSync(path, wrong);
      await expect(exported(at, 'items/a.json')).rejects.toMatchObject({ code: 'LF_REJECTS_CUT' });
    }
    writeFileSync(path, content);
    expect(corrected((await exported(at, 'items/a.json')).toString())).toBe(text);

    // An element that is taken out of its line does not wait any more.
    const [line, ...others] = text.split('\n');
    const emptied = line.replace(/"items": \[.*?\]/, '"items": []');
    expect(await drop(at, 'emptied.ndjson', `${emptied}\n`, 'items')).toMatchObject({
      ...{ status: 'done', rows: { parsed: 0 } },
    });
    expect(corrected((await exported(at, 'items/a.json')).toString())).toBe(others.join('\n'));
    await undone(at, 'emptied.ndjson');
    expect(corrected((await exported(at, 'items/a.json')).toString())).toBe(text);
  }, 60_000);
});

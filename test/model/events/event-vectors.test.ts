import { describe, expect, test } from 'vitest';
import type { UuidVector, Vector } from '../../../kernel/columns/vectors.ts';
import { createTranscoder } from '../../../kernel/dialect/encodings.ts';
import { readHead } from '../../../kernel/dialect/header.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import type { KernelDialect } from '../../../kernel/types.ts';
import { compileDataset } from '../../../model/compile/compile.ts';
import { eventColumns } from '../../../model/compile/modes/event-columns.ts';
import type { CompiledDataset, KeyedMode } from '../../../model/compiled.ts';
import { enrichBatch } from '../../../model/enrich/enrich.ts';
import { convertFallbacks } from '../../../model/enrich/fallback.ts';
import { EventVectors } from '../../../model/events/event-vectors.ts';
import { readColumns } from '../../../model/file/extra.ts';
import { matchHeader } from '../../../model/file/match-header.ts';
import {
  append,
  boolean,
  compute,
  date,
  defineDataset,
  float8,
  fromName,
  history,
  integer,
  json,
  numeric,
  point,
  snapshot,
  text,
  timestamp,
  upsert,
  uuid,
  year,
} from '../../../model/index.ts';
import type { FileLayout } from '../../../platform/layout.ts';
import { valuesOf } from '../support.ts';

const columns = {
  id: integer(),
  city: text({ encoding: 'dictionary' }),
  note: text({ optional: true }),
  amount: numeric(9, 2),
  share: float8(),
  at: timestamp({ formats: ["yyyy-MM-dd'T'HH:mm:ssX", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSX"] }),
  day: date({ formats: ['d.M.yyyy', 'yyyy-MM-dd'] }),
  place: point(),
  doc: json(),
  ref: uuid(),
  gone: boolean({ optional: true }),
};

function definition(mode: Parameters<typeof defineDataset>[0]['mode'], more: object = {}): CompiledDataset {
  return compileDataset(
    (defineDataset as (source: object) => ReturnType<typeof defineDataset>)({
      name: 'orders',
      columns,
      enrich: (c: { at: never }) => ({ year: year(c.at) }),
      mode,
      star: { fact: 'fact_order' },
      ...more,
    }),
  );
}

const orders = definition(upsert({ key: ['id'], orderBy: 'at', deleted: 'gone' }));

const header = 'id,city,note,amount,share,at,day,place,doc,ref,gone';
const ref = '00112233-4455-6677-8899-aabbccddeeff';
const first = `7,Žižkov,"a, b",12.50,0.1,2024-02-29T12:00:00Z,2024-02-29,POINT (14.4 50.1),"{""a"":1}",${ref},true`;

interface How {
  readonly dataset?: CompiledDataset;
  readonly dialect?: Partial<KernelDialect>;
  /** Bytes of the file, if they are not those of the text as UTF-8. */
  readonly bytes?: Uint8Array;
  readonly batches?: EventVectors;
}

/** The vectors of a file's rows, as the sinks get them. */
async function read(
  csv: string,
  { dataset = orders, dialect, bytes, batches }: How = {},
): Promise<ReadonlyMap<string, Vector>> {
  const given: KernelDialect = { delimiter: ',', quote: '"', trim: false, ...dialect };
  const encoding = given.encoding ?? 'utf-8';
  const transcoder = createTranscoder(encoding);
  const utf8 = Buffer.concat(
    [transcoder.push(bytes ?? Buffer.from(csv)), transcoder.end()].map((part) => Buffer.from(part)),
  );
  const head = readHead(utf8, given)!;
  const fieldOfColumn = matchHeader(dataset, head.fields, head.fields.length);
  const extra =
    dataset.drift.keep === null
      ? []
      : head.fields
          .map((name, field) => ({ name, field }))
          .filter(({ field }) => !fieldOfColumn.includes(field));
  const layout = {
    ...given,
    encoding,
    fieldCount: head.fields.length,
    fieldOfColumn,
    extra,
  } as unknown as FileLayout;
  const kernel = await createKernel();
  kernel.begin(
    { ...layout, ...readColumns(dataset, layout), dialect: given, places: true },
    { byteStart: 0, skipBytes: 0 },
  );
  const rest = utf8.subarray(head.bytes);
  kernel.inputSpace().set(rest);
  kernel.filled(rest.length, true);
  const batch = convertFallbacks(dataset, kernel.next()!);
  expect(batch.rejects).toEqual([]);
  const events =
    batches ??
    new EventVectors(
      dataset,
      dataset.mode as KeyedMode,
      extra.map(({ name }) => name),
      1,
    );
  const enriched = enrichBatch(dataset, batch.vectors, batch.rows, extra);
  return events.add(enriched, batch.vectors.slice(dataset.columns.length)).vectors;
}

function hex(vectors: ReadonlyMap<string, Vector>, name: string): string[] {
  return Buffer.from((vectors.get(name) as UuidVector).values)
    .toString('hex')
    .match(/.{32}/g)!;
}

async function hashesOf(csv: string, how: How = {}, name = '_hash'): Promise<string[]> {
  return hex(await read(csv, how), name);
}

const names = header.split(',');
const fields = [
  ...['7', 'Žižkov', '"a, b"', '12.50', '0.1', '2024-02-29T12:00:00Z', '2024-02-29', 'POINT (14.4 50.1)'],
  ...['"{""a"":1}"', ref, 'true'],
];

/** A header and one row, of these columns in this order. */
function lines(order: readonly string[], delimiter = ',', row = fields): string {
  return [order, order.map((name) => row[names.indexOf(name)])]
    .map((line) => line.join(delimiter))
    .join('\n');
}

describe('the content of a row', () => {
  const csv = `${header}\n${first}\n`;

  test('has the same hash in every order of columns, dialect and encoding', async () => {
    const [hash] = await hashesOf(csv);
    expect(await hashesOf(lines([...names].reverse()))).toEqual([hash]);
    const dialects: [string, How][] = [
      [csv.replace(/\n/g, '\r\n'), {}],
      [csv.trimEnd(), {}],
      [lines(names, ';'), { dialect: { delimiter: ';' } }],
      [lines(names, ' , '), { dialect: { trim: true } }],
      [csv.replace('7,', '"7",').replace('2024-02-29,', '29.2.2024,'), {}],
      [csv.replace('12.50', '12.5').replace('12:00:00Z', '14:00:00+02:00').replace('0.1,', '1e-1,'), {}],
      [csv.replace(ref, ref.toUpperCase()).replace('true', 'yes'), {}],
    ];
    for (const [text, how] of dialects) expect(await hashesOf(text, how), text).toEqual([hash]);
    const utf16 = Buffer.from(csv, 'utf16le');
    expect(await hashesOf(csv, { bytes: utf16, dialect: { encoding: 'utf-16le' } })).toEqual([hash]);
    const windows = Buffer.from(csv.replaceAll('Ž', '\x8e').replaceAll('ž', '\x9e'), 'latin1');
    expect(await hashesOf(csv, { bytes: windows, dialect: { encoding: 'windows-1252' } })).toEqual([hash]);
  });

  test('has the same hash whether an optional column is null or missing, also in the definition', async () => {
    const row = fields.with(2, '').with(10, '');
    const bare = lines(names, ',', row);
    const [hash] = await hashesOf(bare);
    expect(
      await hashesOf(
        lines(
          names.filter((name) => name !== 'note' && name !== 'gone'),
          ',',
          row,
        ),
      ),
    ).toEqual([hash]);
    const wider = definition(upsert({ key: ['id'], orderBy: 'at' }), {
      columns: { added: text({ optional: true }), ...columns },
    });
    expect(await hashesOf(bare, { dataset: wider })).toEqual([hash]);
    expect(await hashesOf(`added,${header}\nx,${bare.split('\n')[1]}`, { dataset: wider })).not.toEqual([
      hash,
    ]);
    expect(await hashesOf(csv)).not.toEqual([hash]);
  });

  test('has another hash for every other value', async () => {
    const changed = [
      ['7,', '8,'],
      ['Žižkov', 'Zizkov'],
      ['"a, b"', '"a, c"'],
      ['"a, b"', ''],
      ['12.50', '12.51'],
      ['0.1,', '0.10000000000000002,'],
      ['12:00:00Z', '12:00:00.000001Z'],
      ['2024-02-29,', '2024-03-01,'],
      ['14.4 ', '14.5 '],
      [' 50.1', ' 50.2'],
      ['""a"":1', '""a"":2'],
      ['eeff', 'eefe'],
      ['true', 'false'],
      [',true', ','],
    ].map(([from, to]) => first.replace(from, to));
    const hashes = await hashesOf([header, first, ...changed].join('\n'));
    expect(new Set(hashes).size).toBe(changed.length + 1);
  });

  test('contains unknown columns that are kept, in any order, and no null of theirs', async () => {
    const dataset = definition(upsert({ key: ['id'], orderBy: 'at' }), {
      drift: { unknown: { keep: 'extra' } },
    });
    const row = (names: string, values: string) =>
      hashesOf(`${header},${names}\n${first},${values}`, { dataset });
    const hash = await row('Size,tax', 'L,2');
    expect(await row('tax,Size', '2,L')).toEqual(hash);
    expect(await row('tax,x,Size', '2,,L')).toEqual(hash);
    expect(await row('Size,tax', '2,L')).not.toEqual(hash);
    expect(await row('x', '')).toEqual(await hashesOf(csv));
  });
});

describe('event columns', () => {
  test('are all that the mode has, with the values of the rows', async () => {
    const csv = `${header}\n${first}\n${first.replace('true', '')}\n${first.replace('7,', '8,').replace('true', 'no')}`;
    const vectors = await read(csv);
    for (const { name } of eventColumns(orders.mode))
      expect(vectors.get(name), name).toMatchObject({ length: 3, nullCount: 0 });
    expect(vectors.get('_order')).toBe(vectors.get('at'));
    expect(valuesOf(vectors.get('_deleted')!, { type: 'boolean' })).toEqual([true, false, false]);
    const [a, b, c] = hex(vectors, '_key');
    expect([a === b, a === c]).toEqual([true, false]);
    expect(hex(vectors, '_hash')[0]).not.toBe(hex(vectors, '_hash')[1]);
  });

  test('number the rows of a chunk from 0, through its batches', async () => {
    const batches = new EventVectors(orders, orders.mode as KeyedMode, [], 1);
    const rows = async (count: number) => {
      const csv = [header, ...Array(count).fill(first)].join('\n');
      return valuesOf((await read(csv, { batches })).get('_row')!, { type: 'integer' });
    };
    expect(await rows(3)).toEqual([0, 1, 2]);
    expect(await rows(2)).toEqual([3, 4]);
    expect(await rows(5)).toEqual([5, 6, 7, 8, 9]);
  });

  test('of keys with nulls that are equal tell which column is null', async () => {
    const dataset = definition(upsert({ key: ['city', 'note'], orderBy: 'at', nullKeys: 'equal' }));
    const row = (city: string, note: string) => first.replace('Žižkov', city).replace('"a, b"', note);
    const csv = [header, row('x', ''), row('', 'x'), row('', ''), row('', ''), row('x', '')].join('\n');
    const keys = await hashesOf(csv, { dataset }, '_key');
    expect(keys.map((key) => keys.indexOf(key))).toEqual([0, 1, 2, 2, 0]);
  });

  test('of the mode dedupe by row have the content as their key', async () => {
    const dataset = definition(append({ dedupe: 'row' }));
    const csv = [header, first, first, first.replace('0.1,', '0,'), first.replace('0.1,', '-0,')].join('\n');
    const vectors = await read(csv, { dataset });
    const keys = hex(vectors, '_key');
    expect(keys.map((key) => keys.indexOf(key))).toEqual([0, 0, 2, 2]);
    expect(new Set(hex(vectors, '_hash')).size).toBe(3);
    expect(keys[0]).toBe(hex(vectors, '_hash')[0]);
    expect(vectors.has('_order')).toBe(false);
  });

  test('of a snapshot have the scope in their key', async () => {
    const dataset = definition(snapshot({ key: ['id'], scope: ['city'], asOf: fromName('{date}') }));
    const csv = [header, first, first.replace('Žižkov', 'Brno'), first.replace('7,', '8,')].join('\n');
    const vectors = await read(csv, { dataset });
    const [scope, key] = ['_scope', '_key'].map((name) => hex(vectors, name));
    expect(scope.map((one) => scope.indexOf(one))).toEqual([0, 1, 0]);
    expect(new Set(key).size).toBe(3);
    const both = definition(snapshot({ key: ['city', 'id'], scope: ['city'], asOf: fromName('{date}') }));
    expect(hex(await read(csv, { dataset: both }), '_key')).toEqual(key);
  });

  test('of a history change with what is tracked, enrichments too, and with nothing else', async () => {
    const dataset = definition(
      history({ key: ['id'], orderBy: 'at', track: ['year', 'share', 'place'], overwrite: ['note'] }),
    );
    const csv = [
      header,
      first,
      first.replace('"a, b"', 'c').replace('12:00', '13:00').replace('true', ''),
      first.replace('T12', 'T11').replace('2024-02-29T', '2025-02-28T'),
      first.replace('0.1,', '0,'),
      first.replace('0.1,', '-0,'),
      first.replace('14.4 ', '14.5 '),
    ].join('\n');
    const tracked = await hashesOf(csv, { dataset }, '_tracked');
    expect(tracked.map((one) => tracked.indexOf(one))).toEqual([0, 0, 2, 3, 3, 5]);
  });

  test('may be of enrichments', async () => {
    const dataset = definition(upsert({ key: ['label'], orderBy: 'year', deleted: 'none' }), {
      enrich: (c: { id: never; at: never }) => ({
        year: year(c.at),
        label: compute('text', [c.id], (id: number) => `order ${id % 2}`),
        none: compute('boolean', [c.id], (id: number) => id === 8),
      }),
    });
    const csv = [header, first, first.replace('7,', '9,'), first.replace('7,', '8,')].join('\n');
    const vectors = await read(csv, { dataset });
    const keys = hex(vectors, '_key');
    expect(keys.map((key) => keys.indexOf(key))).toEqual([0, 0, 2]);
    expect(vectors.get('_order')).toBe(vectors.get('year'));
    expect(valuesOf(vectors.get('_deleted')!, { type: 'boolean' })).toEqual([false, false, true]);
  });
});

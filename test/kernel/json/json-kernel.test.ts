/** Records of JSON, read in pieces of every size, against JSON.parse; texts that are damaged at random, too. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isValid, type Utf8Vector } from '../../../kernel/columns/vectors.ts';
import { jsonNull } from '../../../kernel/json/csv-rows.ts';
import type { JsonFormat } from '../../../kernel/json/fields.ts';
import { JsonKernel, type JsonKernelOptions } from '../../../kernel/json/json-kernel.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import { type Kernel, RejectReason } from '../../../kernel/types.ts';
import { arrayRecords, type KeyPath, lineRecords, type OracleRecord } from '../../oracle/json-records.ts';

const paths: readonly KeyPath[] = [['id'], ['a', 'b'], ['a', 'c d'], ['n'], ['"q\\'], ['list']];
const written = ['$.id', '$.a.b', "$.a['c d']", '$.n', '$["\\"q\\\\"]', '$.list'];

function formatOf(kind: 'json' | 'ndjson', more: Partial<JsonFormat> = {}): JsonFormat {
  return { kind, records: [], fields: written.map((path) => ({ path })), ...more };
}

interface Seen {
  readonly byteOffset: number;
  readonly raw: string;
  readonly values: (string | null)[] | null;
  readonly because?: string;
  readonly reason?: number;
  readonly line: number;
  readonly record: number;
}

let inner: Kernel;
beforeAll(async () => {
  inner = await createKernel();
});

/** What the kernel says of `bytes`, given to it in pieces of `piece` bytes. */
function read(bytes: Buffer, format: JsonFormat, piece: number, options: JsonKernelOptions = {}): Seen[] {
  const kernel = new JsonKernel(inner, format, options);
  const fields = format.fields.length;
  const columns = format.fields.map(({ path }, i) => ({
    ...{
      name: path,
      type: { kind: i === 3 ? 'dictionary' : 'utf8' } as const,
      required: false,
      nulls: [jsonNull],
    },
  }));
  const plan = {
    dialect: { delimiter: ',', quote: '"', trim: false },
    columns,
    fieldCount: fields,
    places: true,
  };
  kernel.begin({ ...plan, fieldOfColumn: columns.map((_, i) => i) }, { byteStart: 0, skipBytes: 0 });
  const seen: Seen[] = [];
  for (let at = 0, last = false; !last; ) {
    const space = kernel.inputSpace();
    const count = Math.min(piece, space.length, bytes.length - at);
    space.set(bytes.subarray(at, at + count));
    at += count;
    last = at === bytes.length;
    kernel.filled(count, last);
    for (let batch = kernel.next(); batch !== null; batch = kernel.next()) {
      for (let row = 0; row < batch.rows; row++) {
        const { byteOffset, raw, line, record } = batch.place!(row);
        expect(batch.byteOffsets[row]).toBe(byteOffset);
        const values = batch.vectors.map((vector) => {
          if (!isValid(vector, row)) return null;
          if (vector.kind === 'dictionary') return vector.dictionary.text(vector.values[row]);
          const { bytes: texts, offsets } = vector as Utf8Vector;
          return Buffer.from(texts.subarray(offsets[row], offsets[row + 1])).toString();
        });
        seen.push({ byteOffset, raw, values, line, record });
      }
      for (const { byteOffset, raw, line, record, because, reason } of batch.rejects)
        seen.push({ byteOffset, raw, values: null, line, record, because, reason });
    }
  }
  seen.sort((a, b) => a.record - b.record);
  expect(seen.map(({ record }) => record)).toEqual(seen.map((_, i) => i));
  return seen;
}

const plain = (seen: readonly Seen[]): OracleRecord[] =>
  seen.map(({ byteOffset, raw, values }) => ({ byteOffset, raw, values }));

/** A text that holds no NUL: the kernel rejects those, as it does in CSV. */
const texts = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('\0', ''));
const numbers = fc.oneof(
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => JSON.stringify(number)),
  fc.constantFrom('1.10', '-0', '1e400', '12345678901234567890.000000000001', '1E+2'),
);
const space = fc.constantFrom('', '', ' ', '\t', ' \r');

/** Texts of JSON as people and programs write it: with spaces, escapes that need not be, and every nesting. */
const { value } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(
      numbers,
      texts.map(quoted),
      texts.map(escaped),
      fc.constantFrom('true', 'false', 'null', '[]', '{}'),
    ),
    tie('object'),
    tie('array'),
  ),
  array: fc
    .tuple(fc.array(tie('value'), { maxLength: 3 }), space)
    .map(([values, gap]) => `[${gap}${values.join(`${gap},${gap}`)}${gap}]`),
  object: objectOf(tie('value'), fc.constantFrom('id', 'b', 'c d', 'n', 'x', '"q\\', 'é')),
}));

function objectOf(values: fc.Arbitrary<string>, keys: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.uniqueArray(fc.tuple(keys, values, fc.boolean()), { maxLength: 5, selector: ([key]) => key }),
      space,
    )
    .map(([members, gap]) => {
      const written = members.map(
        ([key, one, long]) => `${(long ? escaped : quoted)(key)}${gap}:${gap}${one}`,
      );
      return `{${gap}${written.join(`${gap},${gap}`)}${gap}}`;
    });
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) =>
    text.charCodeAt(i).toString(16).padStart(4, '0'),
  );
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

const record = fc
  .record({
    id: fc.option(value),
    a: fc.option(fc.oneof(value, objectOf(value, fc.constantFrom('b', 'c d', 'e')))),
    n: fc.option(numbers),
    other: fc.option(value),
    list: fc.option(value),
  })
  .map((members) => {
    const present = Object.entries(members).filter(([, one]) => one !== null);
    return `{${present.map(([key, one]) => `${quoted(key)}:${one}`).join(', ')}}`;
  });

/** Bytes with a few of them replaced, dropped or doubled. */
const damages = fc.array(
  fc.tuple(fc.nat(), fc.constantFrom(...Buffer.from('"\\{}[],:0-. \nnu\0'), 0x80, 0xc3, 0xff), fc.nat(2)),
  { maxLength: 4 },
);

function damaged(text: string, faults: readonly (readonly [number, number, number])[]): Buffer {
  let bytes = Buffer.from(text);
  for (const [place, byte, kind] of faults) {
    const at = place % (bytes.length + 1);
    const rest = bytes.subarray(kind === 0 ? at : at + 1);
    bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(kind === 2 ? [] : [byte]), rest]);
  }
  return bytes;
}

/** The kernel rejects texts with a NUL, wherever a column reads them. */
const withoutNul = (records: readonly OracleRecord[]): OracleRecord[] =>
  records.map((one) => (one.values?.some((text) => text?.includes('\0')) ? { ...one, values: null } : one));

describe('records of JSON', () => {
  it.each(['json', 'ndjson'] as const)('are those of JSON.parse, damaged or not: %s', (kind) => {
    const oracle = kind === 'json' ? arrayRecords : lineRecords;
    const join = kind === 'json' ? fc.constantFrom(',', ', ', '\n,') : fc.constantFrom('\n', '\r\n', '\n\n');
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 6, arbitrary: record }, { weight: 1, arbitrary: value }), {
          maxLength: 6,
        }),
        join,
        damages,
        fc.integer({ min: 1, max: 40 }),
        (records, separator, faults, piece) => {
          const bytes = damaged(records.join(separator), faults);
          const seen = read(bytes, formatOf(kind), piece, { windowBytes: 64 });
          expect(plain(seen)).toEqual(withoutNul(oracle(bytes, paths)));
          for (const { byteOffset, line } of seen)
            expect(line).toBe(bytes.subarray(0, byteOffset).filter((byte) => byte === 10).length);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keep their places, however many are in a batch', () => {
    const text = (id: number) => (id % 1000 === 7 ? `{"id":${id}` : `{"id":${id}}`);
    const bytes = Buffer.from(Array.from({ length: 3000 }, (_, id) => `${text(id)}\n`).join(''));
    const seen = read(bytes, formatOf('ndjson'), bytes.length);
    expect(plain(seen)).toEqual(lineRecords(bytes, paths));
    expect(seen.map(({ line }) => line)).toEqual(seen.map((_, row) => row));
  });

  it('have every escape resolved, and every other byte left as it is', () => {
    const text = '\b\f\n\r\t\u0001"\\/é\u07ff\uffff😀,';
    for (const written of [JSON.stringify(text), escaped(text), JSON.stringify(text).replace('/', '\\/')]) {
      const [{ values }] = read(Buffer.from(`{"id":${written}}`), formatOf('json'), 5, { windowBytes: 64 });
      expect(values![0]).toBe(text);
    }
  });

  it('of an array end with it, and none is missing unseen', () => {
    const starts = (text: string) =>
      read(Buffer.from(text), formatOf('json'), 3, { windowBytes: 64 }).map(({ byteOffset, because }) => [
        byteOffset,
        because?.includes('a value should be here'),
      ]);
    expect(starts('{} , {} ] , {"id":1}')).toEqual([
      [0, undefined],
      [5, undefined],
    ]);
    expect(starts('{},]')).toEqual([
      [0, undefined],
      [3, true],
    ]);
    expect(starts(',{}')).toEqual([
      [0, true],
      [1, undefined],
    ]);
    expect(starts(' ]')).toEqual([]);
    expect(starts(' ')).toEqual([]);
  });

  it('says what is wrong and where', () => {
    const wrong: readonly (readonly [text: string, because: string])[] = [
      ['{"id":1', '$, byte 7 of the file: a comma or } should be here'],
      ['{"id":"x', '$.id, byte 6 of the file: the text that begins here has no closing quote'],
      ['{"id":"\\x"}', '$.id, byte 7 of the file: the escape is not one of'],
      ['{"id":1}}', '$, byte 8 of the file: nothing should follow the record'],
      ['{"a":{"b":-}}', '$.a.b, byte 10 of the file: - is not JSON'],
      ['{"a":{"b":Infinity}}', '$.a.b, byte 10 of the file: Infinity is not JSON'],
      ['{"x":[0,{"y":1.}]}', '$.x[1].y, byte 13 of the file: a digit must follow the decimal point'],
      ['{"id":-012}', '$.id, byte 6 of the file: a number cannot begin with 0'],
      ['{id:1}', '$, byte 1 of the file: a key in double quotes should be here'],
      ['{"id":1,}', '$, byte 8 of the file: a comma has nothing after it'],
      ['{"a":[1]}', '$.a, byte 5 of the file: an object should be here'],
      ['"id"', '$, byte 0 of the file: an object should be here'],
      ['{"id":"\\udc00"}', '$.id, byte 7 of the file: half of a surrogate pair is no character'],
      [`{"x":${'['.repeat(501)}`, 'it is nested more than 500 deep'],
    ];
    for (const [text, because] of wrong) {
      const [seen, ...more] = read(Buffer.from(text), formatOf('ndjson'), 1000);
      expect(more).toEqual([]);
      expect(seen.because).toContain(because);
    }
    expect(
      read(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), formatOf('ndjson'), 9)[0].reason,
    ).toBe(RejectReason.encoding);
  });

  it.each(['json', 'ndjson'] as const)(
    'longer than allowed are rejects with their beginnings: %s',
    (kind) => {
      const long = `{"id":"${'x'.repeat(900)}"}`;
      const bytes = Buffer.from(['{"id":1}', long, '{"id":2}', long].join(kind === 'json' ? ',' : '\n'));
      for (const piece of [7, 100, 2000]) {
        const seen = read(bytes, formatOf(kind), piece, { windowBytes: 64, recordBytesMax: 200 });
        expect(seen.map(({ reason, byteOffset }) => [reason, byteOffset])).toEqual([
          [undefined, 0],
          [RejectReason.tooLong, 9],
          [undefined, 10 + long.length],
          [RejectReason.tooLong, 19 + long.length],
        ]);
        expect(seen[1].raw.startsWith('{"id":"xxx')).toBe(true);
      }
    },
  );

  it('keep what no path reads, or are rejected for it', () => {
    const fields = [{ path: '$.id' }, { path: '$.a.b' }, { path: '' }];
    const bytes = Buffer.from(
      '{"id":1,"x":[1,"\\u00e9"],"a":{"c":"\\"","b":2}}\n{"id":2}\n{"id":3,"x":"\\u0000"}',
    );
    const [first, second, third] = read(bytes, formatOf('ndjson', { fields, keepsRest: true }), 99);
    expect(first.values).toEqual(['1', '2', '{"x":[1,"\\u00e9"],"a.c":"\\""}']);
    expect(second.values).toEqual(['2', null, null]);
    expect(third.because).toContain('$.x, byte 68 of the file: PostgreSQL cannot hold this as JSON');
    // A text takes any number of digits, and is not kept: the rest of the record can be stored.
    const long = Buffer.from(`{"id":${'9'.repeat(400)},"x":[1]}\n{"\\u0000":1}`);
    const [kept, refused] = read(long, formatOf('ndjson', { fields, keepsRest: true }), 99);
    expect(kept.values).toEqual(['9'.repeat(400), null, '{"x":[1]}']);
    expect(refused.because).toContain('PostgreSQL cannot hold this as JSON');
    const items = formatOf('ndjson', { fields: [{ path: '$.list[0]' }, { path: '' }], keepsRest: true });
    const [item] = read(Buffer.from(`{"list":[${'9'.repeat(400)},2]}`), items, 99);
    expect(item.values).toEqual(['9'.repeat(400), '{"list.1":2}']);
    const strict = read(bytes, formatOf('ndjson', { fields: fields.slice(0, 2), strict: true }), 99);
    expect(strict.map(({ because }) => because)).toEqual([
      '$.x, byte 8 of the file: the definition has no column for this key',
      undefined,
      expect.stringContaining('$.x, '),
    ]);
  });

  it('explode into the elements of an array, each with its own place', () => {
    const fields = [{ path: '^.id' }, { path: '$.sku' }, { path: '$', asJson: true as const }];
    const text =
      '{"id":1,"l":{"i":[{"sku":"a"}, 5 ,{"sku":"b","sku":"c"}]}}\n{"id":2}\n{"id":3,"l":{"i":[{}]}}\n{"l":7}';
    const seen = read(Buffer.from(text), formatOf('ndjson', { fields, explode: '$.l.i[*]' }), 10, {
      windowBytes: 64,
    });
    expect(seen.map(({ raw, values, line }) => [raw, values, line])).toEqual([
      ['{"sku":"a"}', ['1', 'a', '{"sku":"a"}'], 0],
      ['5', null, 0],
      ['{"sku":"b","sku":"c"}', null, 0],
      ['{}', ['3', null, '{}'], 2],
      ['{"l":7}', null, 3],
    ]);
    for (const { raw, byteOffset } of seen) expect(text.slice(byteOffset).startsWith(raw)).toBe(true);
  });
});

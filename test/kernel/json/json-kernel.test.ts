/** Records of JSON, read in pieces of every size, against JSON.parse; texts that are damaged at random, too. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonFormat } from '../../../kernel/json/fields.ts';
import type { JsonKernelOptions } from '../../../kernel/json/json-kernel.ts';
import { createKernel } from '../../../kernel/kernel.ts';
import { type Kernel, RejectReason } from '../../../kernel/types.ts';
import {
  arrayRecords,
  type KeyPath,
  lineRecords,
  type OracleRecord,
  withoutNul,
} from '../../oracle/json-records.ts';
import { readJson, type Seen } from './read-json.ts';

const paths: readonly KeyPath[] = [['id'], ['a', 'b'], ['a', 'c d'], ['n'], ['"q\\'], ['list']];
const written = ['$.id', '$.a.b', "$.a['c d']", '$.n', '$["\\"q\\\\"]', '$.list'];

function formatOf(kind: 'json' | 'ndjson', more: Partial<JsonFormat> = {}): JsonFormat {
  return { kind, records: [], fields: written.map((path) => ({ path })), ...more };
}

let inner: Kernel;
beforeAll(async () => {
  inner = await createKernel();
});

function read(bytes: Buffer, format: JsonFormat, piece: number, options: JsonKernelOptions = {}): Seen[] {
  return readJson(inner, bytes, format, { piece, dictionaries: [3], ...options });
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

  it('are shown without the keys that were added before their own', () => {
    const fields = [{ path: '$', asJson: true as const }, { path: '$.id' }, { path: '$.a' }, { path: '$.b' }];
    const text = '{"a":"1","b":"2" , "id":{"a":3}, "c":[]}\n{"id":4,"a":"5"}\n{"b":"6"}\n{}\n[1]';
    const seen = read(Buffer.from(text), formatOf('ndjson', { fields, added: ['a', 'b'] }), 10);
    expect(seen.map(({ values }) => values)).toEqual([
      ['{"id":{"a":3}, "c":[]}', '{"a":3}', '1', '2'],
      ['{"id":4,"a":"5"}', '4', '5', null],
      ['{}', null, null, '6'],
      ['{}', null, null, null],
      null,
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

  it('explode into all elements of an array, also those that a path of the record reads', () => {
    const fields = [{ path: '^.i[1].sku' }, { path: '^.i' }, { path: '$.sku' }];
    const array = '[{"sku":"a"},{"sku":"b"}]';
    const seen = read(Buffer.from(`{"i":${array}}`), formatOf('ndjson', { fields, explode: '$.i[*]' }), 10);
    expect(seen.map(({ values }) => values)).toEqual([
      ['b', array, 'a'],
      ['b', array, 'b'],
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodings, toUtf8 } from '../../kernel/dialect/encodings.ts';
import { readRecord } from '../../kernel/dialect/header.ts';
import { type KernelDialect, type KernelPlan, RejectReason } from '../../kernel/types.ts';
import { column, comma, planOf, type ReadOptions, readWithKernel } from '../kernel/read.ts';
import { readChunk, readRecords } from '../oracle/csv.ts';
import { plays } from '../support/long.ts';
import { anyDialect, piecesFor } from './generators.ts';

const columns = [
  column({ kind: 'utf8' }, { nulls: [''] }),
  column({ kind: 'dictionary' }),
  column({ kind: 'int32', min: 0, max: 20 }, { nulls: [''] }),
];

async function agree(bytes: Uint8Array, plan: KernelPlan, options: ReadOptions = {}) {
  const expected = readChunk(bytes, plan, options);
  expect(await readWithKernel(bytes, plan, options)).toEqual(expected);
  return expected;
}

const options = fc.record({
  pieces: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
  batchRows: fc.constantFrom(1, 3, 32768),
  inputBytes: fc.constantFrom(144, 500, 4096),
  recordBytesMax: fc.constantFrom(20, 100, 1 << 20),
  byteStart: fc.constantFrom(0, 1000),
});

describe('any dialect', () => {
  it('is read by the kernel as the oracle reads it', async () => {
    const input = anyDialect.chain((dialect) => fc.tuple(fc.constant(dialect), piecesFor(dialect)));
    await fc.assert(
      fc.asyncProperty(
        input,
        options,
        fc.integer({ min: 1, max: 3 }),
        async ([dialect, text], read, fields) => {
          await agree(Buffer.from(text), planOf(columns.slice(0, fields), dialect), read);
        },
      ),
      { numRuns: plays(500, 7_500), seed: 3 },
    );
  });

  it('has the same first record for readRecord and the oracle', () => {
    const input = anyDialect.chain((dialect) => fc.tuple(fc.constant(dialect), piecesFor(dialect)));
    fc.assert(
      fc.property(input, ([dialect, text]) => {
        const bytes = Buffer.from(text);
        let at = 0;
        for (const record of readRecords(bytes, dialect, 0)) {
          const read = readRecord(bytes, at, dialect, true)!;
          expect(read.badQuote).toBe(record.badQuote);
          if (!read.badQuote)
            expect(read.fields).toEqual(record.fields.map((field) => fieldText(field, dialect)));
          at = read.bytes;
        }
        expect(readRecord(bytes, at, dialect, true)).toBeNull();
      }),
      { numRuns: plays(170, 2_500), seed: 4 },
    );
  });
});

describe('a record that is too long', () => {
  it.each([
    { ...comma },
    { ...comma, escape: '\\' },
    { ...comma, encoding: 'latin-1' },
    { ...comma, encoding: 'utf-16le' },
  ])('is told of without its line end, wherever the window ends: %o', async (dialect) => {
    const encode = (text: string) =>
      Buffer.from(text, dialect.encoding === 'utf-16le' ? 'utf16le' : 'latin1');
    for (let length = 60; length < 320; length++) {
      const file = encode(`a\r\n${'x'.repeat(length)}\r\nb\r\n`);
      await agree(file, planOf(columns.slice(0, 1), dialect), { inputBytes: 144, recordBytesMax: 20 });
    }
  });
});

describe('a record that is just not too long', () => {
  it.each([{ ...comma }, { ...comma, escape: '\\' }, { ...comma, encoding: 'utf-16le' }])(
    'is read, wherever the window ends: %o',
    async (dialect) => {
      for (let before = 0; before < 80; before++) {
        const text = `${'a\n'.repeat(before)}${'x'.repeat(150)}\r\n${'y'.repeat(151)}\r\nb\r\n`;
        const file = Buffer.from(text, dialect.encoding === 'utf-16le' ? 'utf16le' : 'latin1');
        const { rows, rejects } = await agree(file, planOf(columns.slice(0, 1), dialect), {
          ...{ inputBytes: 144, recordBytesMax: 150, pieces: [1] },
        });
        expect([rows.length, rejects.length]).toEqual([before + 2, 1]);
      }
    },
  );
});

describe('a field of many megabytes', () => {
  const large = { recordBytesMax: 4 << 20, inputBytes: 1 << 20 };

  it.each([
    { ...comma },
    { ...comma, quote: null },
    { ...comma, trim: true, escape: '\\' },
    { ...comma, delimiter: '||', lineEnds: 'any' as const, longRows: 'truncate' as const },
    { ...comma, encoding: 'utf-16le' },
    { ...comma, encoding: 'windows-1251', shortRows: 'pad' as const },
  ])('is read up to the limit of a record, and rejected beyond: %o', async (dialect) => {
    const encode = (text: string) =>
      Buffer.from(text, dialect.encoding === 'utf-16le' ? 'utf16le' : 'latin1');
    const { delimiter, quote } = dialect;
    const field = (megabytes: number) => {
      const text = `x${quote === null ? 'yyyyyy' : ', "" \n'}`.repeat((megabytes << 20) / 7);
      return quote === null ? text : `${quote}${text}${quote}`;
    };
    const file = encode(['a', field(3), field(5), 'b'].map((text) => `${text}${delimiter}1\n`).join(''));
    const plan = planOf([columns[0], columns[2]], dialect);
    const { rows, rejects } = await readWithKernel(file, plan, large);
    const text = quote === null ? 'xyyyyyy' : 'x, " \n';
    expect(rows.map(({ values }) => String(values[0]).length)).toEqual([
      1,
      text.length * Math.floor((3 << 20) / 7),
      1,
    ]);
    expect(String(rows[1].values[0]).slice(0, 20)).toBe(text.repeat(10).slice(0, 20));
    expect(rejects).toEqual([expect.objectContaining({ reason: RejectReason.tooLong, record: 2 })]);
    expect(rejects[0].raw.length).toBeLessThanOrEqual(8192);
  });
});

function fieldText(field: { bytes: number[]; quoted: boolean }, dialect: KernelDialect): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(field.bytes));
  return dialect.trim && !field.quoted ? text.replace(/^[ \t]+|[ \t]+$/g, '') : text;
}

describe('any encoding', () => {
  it('is read, with places in the bytes of the file, as the oracle reads it', async () => {
    const bytes = fc.array(
      fc.oneof(
        fc.constantFrom(44, 10, 13, 34, 0x22, 0x41, 0x5c, 0x7c),
        fc.constantFrom(0, 0x81, 0x8d, 0x98, 0xd8, 0xdc, 0x83, 0x5c, 0xb1, 0xff, 0x80, 0xe0, 0xfc),
        fc.nat(255),
      ),
      { maxLength: 200 },
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(...encodings), options, async (file, encoding, read) => {
        const dialect = { ...comma, encoding };
        await agree(Uint8Array.from(file), planOf(columns.slice(0, 2), dialect), read);
      }),
      { numRuns: plays(270, 4_000), seed: 5 },
    );
  });

  const samples = { 'windows-1251': 'Жуть, ёлка №', 'koi8-r': 'Жуть ёлка', 'windows-1252': '€ “é” œ' };
  const texts = {
    ...samples,
    'latin-1': 'é ÿ ß',
    shift_jis: '表ソ ｱﾝ 漢字',
    'utf-16le': '😀 Ж',
    'utf-16be': '😀 Ж',
  };
  it.each(Object.entries(texts))('decodes %s', (encoding, text) => {
    const file = encode(text, encoding);
    expect(Buffer.from(toUtf8(file, encoding)).toString()).toBe(text);
  });
});

/** By asking the decoder for every byte and pair there is. */
function encode(text: string, encoding: string): Uint8Array {
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (encoding === 'latin-1') return Buffer.from(text, 'latin1');
  if (encoding === 'windows-1252') return Buffer.from('802093e994209c', 'hex');
  const decoder = new TextDecoder(encoding);
  const known = new Map<string, number[]>();
  for (let first = 0; first < 256; first++) {
    known.set(decoder.decode(Uint8Array.of(first)), [first]);
    if (encoding !== 'shift_jis') continue;
    for (let second = 0x40; second < 256; second++) {
      const pair = decoder.decode(Uint8Array.of(first, second));
      if (pair.length === 1 && !known.has(pair)) known.set(pair, [first, second]);
    }
  }
  return Uint8Array.from([...text].flatMap((character) => known.get(character)!));
}

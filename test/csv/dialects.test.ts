import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodings, toUtf8 } from '../../kernel/encodings.ts';
import { readRecord } from '../../kernel/header.ts';
import type { KernelDialect, KernelPlan } from '../../kernel/types.ts';
import { column, comma, planOf, type ReadOptions, readWithKernel } from '../kernel/read.ts';
import { readChunk, readRecords } from '../oracle/csv.ts';
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
      { numRuns: 1500, seed: 3 },
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
      { numRuns: 500, seed: 4 },
    );
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
      { numRuns: 800, seed: 5 },
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

/** Files cut in two, and in three, at every byte: the chunks give the rows and rejects of the whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planChunks } from '../../coordinator/plan/plan-chunks.ts';
import { toUtf8, unitBytes } from '../../kernel/dialect/encodings.ts';
import { createScanner } from '../../kernel/scan.ts';
import type { KernelDialect, KernelPlan, RangeScan } from '../../kernel/types.ts';
import { column, comma, planOf, readWithKernel } from '../kernel/read.ts';
import { readChunk } from '../oracle/csv.ts';
import { plays } from '../support/long.ts';
import { anyDialect, piecesFor } from './generators.ts';

const plan = (dialect: KernelDialect): KernelPlan =>
  planOf([column({ kind: 'utf8' }), column({ kind: 'utf8' }, { required: true, nulls: [''] })], dialect);

async function scan(file: Uint8Array, start: number, end: number, dialect: KernelDialect) {
  const scanner = await createScanner(dialect, start);
  scanner.update(toUtf8(file.subarray(start, end), dialect.encoding ?? 'utf-8'));
  return scanner.finish();
}

/** Scans the file as ranges between `borders`, plans it and reads its chunks one by one. */
async function readSplit(
  file: Uint8Array,
  borders: readonly number[],
  dialect: KernelDialect,
  kernel: boolean,
) {
  const scans: RangeScan[] = [];
  for (let i = 1; i < borders.length; i++) scans.push(await scan(file, borders[i - 1], borders[i], dialect));
  const chunks = planChunks({
    bytes: file.length,
    recordsFrom: 0,
    headerLines: 0,
    chunkBytes: 1,
    scans,
  });
  const rows = [];
  const rejects = [];
  for (const { byteStart, byteEnd, lineStart } of chunks) {
    const bytes = file.subarray(byteStart, byteEnd);
    const part = kernel
      ? await readWithKernel(bytes, plan(dialect), { byteStart })
      : readChunk(bytes, plan(dialect), { byteStart });
    rows.push(...part.rows);
    rejects.push(
      ...part.rejects.map((reject) => ({ ...reject, record: 0, line: reject.line + lineStart - 1 })),
    );
  }
  return { rows, rejects, chunks: chunks.length };
}

function wholeOf(file: Uint8Array, dialect: KernelDialect) {
  const { rows, rejects } = readChunk(file, plan(dialect));
  return { rows, rejects: rejects.map((reject) => ({ ...reject, record: 0 })) };
}

/** Every pair of cuts a few bytes apart, at places where a piece may begin. */
async function checkEveryCut(file: Uint8Array, dialect: KernelDialect): Promise<number> {
  const expected = wholeOf(file, dialect);
  const unit = unitBytes(dialect.encoding ?? 'utf-8')!;
  let chunks = 0;
  for (let cut = 0; cut <= file.length; cut += unit) {
    for (const second of [unit, 7 * unit, file.length]) {
      const borders = [0, cut, Math.min(cut + second, file.length), file.length];
      const split = await readSplit(file, borders, dialect, cut % 3 === 0);
      expect({ rows: split.rows, rejects: split.rejects }).toEqual(expected);
      chunks += split.chunks;
    }
  }
  return chunks;
}

const corpus: Record<string, string> = {
  'quotes and newlines in quotes': 'a,"b\nc"\n"d\n\n",e\n"f","g\r\nh"\r\n"\n","\n"\n"q""","""\n"\n',
  'CR, LF and CRLF': 'a,b\r\nc,d\re,f\n\r\n\r\rg,"h\r\ni\rj"\r\n"k","l"\r\r\nm,n',
  'characters of many bytes': 'é,€\n"😀\n😀","é""é"\nü,"ß"\n表,"ｱ\nソ"\n',
  'empty fields': ',\n"",\n,""\n,\n\n",\n",\n,,\n',
  'wrong rows': 'a\nb,c,d\n"e,f\ng",h,i\n"j"k,l\nm,n\n"open,\n',
  'comments and escapes': '#x,"\na,b\n# "y\n"\\"\n",c\n#\nd\\,e,f\\\ng\n"h\\\\",i\\\r\nj\n\\',
  'long delimiters': 'a||b\n"c||d"||e\n|||f|||\n"g"|h||i\n||||\nj|||k\n"l\n||"||m\n',
};

const dialects: Record<string, KernelDialect> = {
  plain: comma,
  'without quotes': { ...comma, quote: null },
  'any line end': { ...comma, lineEnds: 'any' },
  'escapes, comments, any line end': { ...comma, escape: '\\', comment: '#', lineEnds: 'any' },
  'escapes, trimmed': { ...comma, escape: '\\', comment: '#', trim: true, shortRows: 'pad' },
  'two bytes between fields': { ...comma, delimiter: '||', longRows: 'truncate' },
  'UTF-16': { ...comma, encoding: 'utf-16le' },
  'UTF-16 BE, any line end': { ...comma, encoding: 'utf-16be', lineEnds: 'any', escape: '\\' },
  'windows-1252': { ...comma, encoding: 'windows-1252', lineEnds: 'any' },
};

function encoded(text: string, { encoding }: KernelDialect): Uint8Array {
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text);
}

describe('a file cut at every byte', () => {
  for (const [dialectName, dialect] of Object.entries(dialects)) {
    for (const [name, text] of Object.entries(corpus)) {
      it(`with ${name}, ${dialectName}`, async () => {
        const chunks = await checkEveryCut(encoded(text, dialect), dialect);
        // Every file of the corpus has records, so some cuts give two chunks and more.
        expect(chunks).toBeGreaterThan(text.length);
      });
    }
  }
});

describe('any file in any dialect', () => {
  it('gives the rows and rejects of the whole, however it is cut', async () => {
    const input = anyDialect.chain((dialect) => fc.tuple(fc.constant(dialect), piecesFor(dialect)));
    await fc.assert(
      fc.asyncProperty(
        input,
        fc.array(fc.nat(400), { maxLength: 5 }),
        fc.constantFrom('utf-8', 'utf-16le', 'koi8-r'),
        fc.boolean(),
        async ([form, text], cuts, encoding, kernel) => {
          const dialect = { ...form, encoding };
          const file = encoded(text, dialect);
          const unit = unitBytes(encoding)!;
          const inside = cuts.map((cut) => Math.min(file.length, cut * unit)).sort((a, b) => a - b);
          const split = await readSplit(file, [0, ...inside, file.length], dialect, kernel);
          expect({ rows: split.rows, rejects: split.rejects }).toEqual(wholeOf(file, dialect));
        },
      ),
      { numRuns: plays(200, 3_000), seed: 6 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScanner } from '../../kernel/scan.ts';
import type { KernelDialect, RangeScan } from '../../kernel/types.ts';
import { readChunk } from '../oracle/csv.ts';
import { plays } from '../support/long.ts';
import { column, comma, planOf, readWithKernel } from './read.ts';

async function scan(
  bytes: Uint8Array,
  byteStart: number,
  dialect: KernelDialect,
  pieces = [bytes.length],
): Promise<RangeScan> {
  const scanner = await createScanner(dialect, byteStart);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, pieces[i % pieces.length]);
    scanner.update(bytes.subarray(at, at + size));
    at += size;
  }
  return scanner.finish();
}

/** The scan by the plainest means: the machine of kernel/types.ts, one byte after the other. */
function slowScan(bytes: Uint8Array, byteStart: number, { delimiter, quote }: KernelDialect): RangeScan {
  const answers = [0, 1, 2, 3].map((start) => {
    let [state, first, linesBefore, lines] = [start, -1, 0, 0];
    bytes.forEach((byte, i) => {
      const char = String.fromCharCode(byte);
      if (char === '\n') lines++;
      if (char === '\n' && state !== 2 && first < 0) [first, linesBefore] = [byteStart + i + 1, lines];
      const separates = char === delimiter || char === '\n';
      if (char === quote) state = [2, 1, 3, 2][state];
      else if (state !== 2) state = separates ? 0 : 1;
    });
    return { state, first, linesBefore };
  });
  const four = <T>(pick: (answer: (typeof answers)[number]) => T) => answers.map(pick) as [T, T, T, T];
  return {
    byteStart,
    byteEnd: byteStart + bytes.length,
    endState: four((answer) => answer.state),
    firstRecordStart: four((answer) => answer.first),
    linesBefore: four((answer) => answer.linesBefore),
    lines: bytes.filter((byte) => byte === 10).length,
  };
}

/** Cuts a file into record-aligned pieces from the scans of its ranges alone. */
function alignedPieces(
  scans: readonly RangeScan[],
  size: number,
): { start: number; end: number; line: number }[] {
  const starts = [{ at: 0, line: 0 }];
  let state = 0;
  let lines = 0;
  for (const range of scans) {
    // A range that begins right after a record needs no search; any other one gives up its first part.
    const at = range.firstRecordStart[state];
    if (range.byteStart > 0 && at >= 0) starts.push({ at, line: lines + range.linesBefore[state] });
    state = range.endState[state];
    lines += range.lines as number;
  }
  return starts.map(({ at, line }, i) => ({ start: at, end: starts[i + 1]?.at ?? size, line }));
}

const files: Record<string, string> = {
  'quoted newlines': 'a,"b\nc"\n"d\n\n",e\n"f","g\r\nh"\r\n"\n","\n"\n',
  'doubled quotes': '"a""b",""\n"""",""""""\n"""\n""","x"\nz,"y"""\n',
  'quotes inside fields': 'a"b,c"d\n"x"y,"z\ne" "f,g\n5\'11",k\nlast,"one"',
  'CRLF and blank lines': 'a,b\r\n\r\n\n"c\r\n",d\r\n\r\ne,f\r\n',
  'characters of many bytes': 'é,€\n"😀\n😀","é""é"\nü,"ß"\n',
  'empty fields': ',\n"",\n,""\n,\n\n",\n",\n',
  'wrong rows': 'a\nb,c,d\n"e,f\ng",h,i\n"j"k,l\nm,n\n',
};

describe('scans', () => {
  for (const [name, text] of Object.entries(files)) {
    it(`of ${name} give the oracle's rows, cut at every byte and at every pair of bytes`, async () => {
      const bytes = Buffer.from(text);
      const plan = planOf([column({ kind: 'utf8' }), column({ kind: 'utf8' })]);
      const expected = readChunk(bytes, plan);
      for (let cut = 0; cut <= bytes.length; cut++) {
        for (const second of [
          bytes.length,
          Math.min(bytes.length, cut + 1),
          Math.min(bytes.length, cut + 7),
        ]) {
          const borders = [0, cut, second, bytes.length];
          const scans: RangeScan[] = [];
          for (let i = 0; i < 3; i++)
            scans.push(slowScan(bytes.subarray(borders[i], borders[i + 1]), borders[i], comma));
          const rows = [];
          const rejects = [];
          for (const { start, end, line } of alignedPieces(scans, bytes.length)) {
            const part = readChunk(bytes.subarray(start, end), plan, { byteStart: start });
            rows.push(...part.rows);
            rejects.push(
              ...part.rejects.map((reject) => ({ ...reject, record: 0, line: reject.line + line })),
            );
          }
          expect(rows).toEqual(expected.rows);
          expect(rejects).toEqual(expected.rejects.map((reject) => ({ ...reject, record: 0 })));
        }
      }
    });
  }

  it('cut at every byte, and the kernel reads the pieces as it reads the whole', async () => {
    const bytes = Buffer.from(Object.values(files).slice(0, 6).join('\n'));
    const plan = planOf([column({ kind: 'utf8' }), column({ kind: 'dictionary' })]);
    const whole = await readWithKernel(bytes, plan);
    for (let cut = 1; cut < bytes.length; cut++) {
      const scans = [
        await scan(bytes.subarray(0, cut), 0, comma),
        await scan(bytes.subarray(cut), cut, comma),
      ];
      const rows = [];
      for (const { start, end } of alignedPieces(scans, bytes.length)) {
        rows.push(...(await readWithKernel(bytes.subarray(start, end), plan, { byteStart: start })).rows);
      }
      expect(rows).toEqual(whole.rows);
    }
  });

  it('of any bytes, in any pieces, are those of the plain machine', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '"',
        '""',
        '","',
        '\n',
        '\r\n',
        ',',
        'a',
        '\n"',
        '"\n',
        'x'.repeat(70),
        `${'y,'.repeat(40)}\n`,
        `${'z'.repeat(150)}"`,
      ),
      fc.string({ maxLength: 10 }),
    );
    const dialects: KernelDialect[] = [
      comma,
      { ...comma, quote: null },
      { delimiter: ';', quote: "'", trim: false },
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 100 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...dialects),
        async (parts, pieces, dialect) => {
          const bytes = Buffer.from(parts.join(''));
          expect(await scan(bytes, 1000, dialect, pieces)).toEqual(slowScan(bytes, 1000, dialect));
        },
      ),
      { numRuns: plays(100, 1_500) },
    );
  });

  it('of many quoted records with odd ones between, begun anywhere, are those of the plain machine', async () => {
    const tidy = [
      '"a","b"\n',
      '"long enough for its block",1\n',
      'x,"y"\r\n',
      '"","q,\n,q"\n',
      'plain,row\n',
    ];
    const odd = ['"a""b",c\n', 'a"b,c\n', '"a"b,"c"\n', ' "a",b\n', '""""\n', '"\n'];
    const records = fc.array(fc.constantFrom(...tidy, ...tidy, ...tidy, ...odd), {
      minLength: 10,
      maxLength: 60,
    });
    const pieces = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(records, fc.nat(40), pieces, async (parts, from, sizes) => {
        const bytes = Buffer.from(parts.join('')).subarray(from);
        expect(await scan(bytes, 1000, comma, sizes)).toEqual(slowScan(bytes, 1000, comma));
      }),
      { numRuns: plays(130, 2_000), seed: 7 },
    );
  });

  it('of several pieces of kernel memory are one', async () => {
    const line = `${'x,'.repeat(50)}"q""uote\nd"\n`;
    const bytes = Buffer.from(line.repeat(6000));
    expect(await scan(bytes, 0, comma)).toEqual(slowScan(bytes, 0, comma));
  });
});

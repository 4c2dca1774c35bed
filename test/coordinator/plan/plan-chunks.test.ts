import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  balancedChunkBytes,
  planChunks,
  scanRangeBytes,
  scanRanges,
} from '../../../coordinator/plan/plan-chunks.ts';
import { readHead } from '../../../kernel/dialect/header.ts';
import { createScanner } from '../../../kernel/scan.ts';
import type { KernelDialect, RangeScan } from '../../../kernel/types.ts';
import { plays } from '../../support/long.ts';

const dialect: KernelDialect = { delimiter: ',', quote: '"', trim: false };

/** Scans of [from, bytes.length), cut at multiples of pieceBytes. */
async function scan(bytes: Uint8Array, from: number, pieceBytes: number, quote = dialect.quote) {
  const scans: RangeScan[] = [];
  for (let start = from; start < bytes.length; ) {
    const end = Math.min(bytes.length, (Math.floor(start / pieceBytes) + 1) * pieceBytes);
    const scanner = await createScanner({ ...dialect, quote }, start);
    scanner.update(bytes.subarray(start, end));
    scans.push(scanner.finish());
    start = end;
  }
  return scans;
}

/** Records as a reader sees them who goes through the bytes once, from a record's start; and what is left. */
function records(bytes: Uint8Array, quote = dialect.quote): string[] {
  const found: string[] = [];
  let rest = bytes;
  for (;;) {
    const read = readHead(rest, { ...dialect, quote });
    if (read === null) break;
    found.push(JSON.stringify(read.fields));
    rest = rest.subarray(read.bytes);
  }
  const tail = Buffer.from(rest)
    .toString('latin1')
    .replace(/^(\r?\n)+/, '');
  return tail === '' ? found : [...found, `tail ${JSON.stringify(tail)}`];
}

function lineFeeds(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
}

const text = fc
  .array(fc.constantFrom('a', 'bc', ',', '"', '""', '\n', '\r\n', ' ', 'é', '","', '"\n"'), { maxLength: 60 })
  .map((pieces) => Buffer.from(pieces.join('')));

describe('balancedChunkBytes', () => {
  const mib = 1024 * 1024;

  it('gives large files the chunks that are asked for, and small ones six or more of 8 MiB at least', () => {
    const sizes = [20, 63, 95, 96, 191, 192, 4096].map((size) => balancedChunkBytes(size * mib, 32 * mib));
    expect(sizes.map((size) => size / mib)).toEqual([8, 8, 8, 16, 16, 32, 32]);
    expect(balancedChunkBytes(4096 * mib, 256 * mib)).toBe(256 * mib);
  });

  it('never makes chunks larger than asked', () => {
    expect(balancedChunkBytes(20 * mib, 65536)).toBe(65536);
    expect(balancedChunkBytes(200 * mib, 10_000_000)).toBe(10_000_000);
  });

  it('divides scan ranges evenly', () => {
    for (const size of [20, 130, 190])
      expect(scanRangeBytes % balancedChunkBytes(size * mib, 64 * mib)).toBe(0);
  });
});

describe('planChunks', () => {
  it('gives the records of a single-threaded read, whatever the borders and quotes', async () => {
    const property = fc.asyncProperty(
      text.filter((bytes) => bytes.length > 0),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom('"', null),
      fc.boolean(),
      async (bytes, pieceBytes, chunkBytes, quote, hasHeader) => {
        const head = hasHeader ? readHead(bytes, { ...dialect, quote }) : null;
        const recordsFrom = head?.bytes ?? 0;
        const chunks = planChunks({
          bytes: bytes.length,
          recordsFrom,
          headerLines: lineFeeds(bytes.subarray(0, recordsFrom)),
          chunkBytes,
          scans: await scan(bytes, recordsFrom, pieceBytes, quote),
        });
        const read = chunks.flatMap(({ byteStart, byteEnd }) =>
          records(bytes.subarray(Math.max(byteStart, recordsFrom), byteEnd), quote),
        );
        expect(read).toEqual(records(bytes.subarray(recordsFrom), quote));
        expect(chunks.map((chunk) => chunk.byteStart)).toEqual([
          0,
          ...chunks.map((c) => c.byteEnd).slice(0, -1),
        ]);
        expect(chunks.at(-1)!.byteEnd).toBe(bytes.length);
        expect(chunks.every((chunk) => chunk.byteEnd > chunk.byteStart)).toBe(true);
        expect(chunks.map((chunk) => chunk.lineStart)).toEqual(
          chunks.map((chunk) => 1 + lineFeeds(bytes.subarray(0, chunk.byteStart))),
        );
        expect(chunks.map((chunk) => chunk.number)).toEqual(chunks.map((_, number) => number));
      },
    );
    await fc.assert(property, { numRuns: plays(100, 1_500) });
  });

  it('cuts ordinary rows into chunks of about the size asked for', async () => {
    const bytes = Buffer.from('one,two,three\n'.repeat(1000));
    const scans = await scan(bytes, 0, 1000);
    const chunks = planChunks({
      bytes: bytes.length,
      recordsFrom: 0,
      headerLines: 0,
      chunkBytes: 1000,
      scans,
    });
    const sizes = chunks.map((chunk) => chunk.byteEnd - chunk.byteStart);
    expect(chunks.length).toBeGreaterThanOrEqual(14);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1100);
    expect(Math.min(...sizes.slice(1, -1))).toBeGreaterThan(500);
  });

  it('joins pieces that a record is longer than', async () => {
    const long = `"${'x\n'.repeat(500)}"`;
    const bytes = Buffer.from(`a,b\n1,${long}\n2,short\n`);
    const scans = await scan(bytes, 4, 100);
    const chunks = planChunks({
      bytes: bytes.length,
      recordsFrom: 4,
      headerLines: 1,
      chunkBytes: 100,
      scans,
    });
    expect(chunks.map((chunk) => chunk.byteStart)).toEqual([0, bytes.indexOf('2,short')]);
    expect(chunks[1].lineStart).toBe(503);
  });

  it('makes one chunk of a file that is its header', () => {
    const chunks = planChunks({ bytes: 4, recordsFrom: 4, headerLines: 1, chunkBytes: 100, scans: [] });
    expect(chunks).toEqual([{ number: 0, byteStart: 0, byteEnd: 4, lineStart: 1 }]);
  });

  it('refuses scans with a gap, rather than lose what is in it', async () => {
    const bytes = Buffer.from('a\nb\nc\nd\n');
    const scans = await scan(bytes, 0, 4);
    const file = { bytes: 8, recordsFrom: 0, headerLines: 0, chunkBytes: 4 };
    expect(() => planChunks({ ...file, scans: scans.slice(1) })).toThrow('gap at byte 0');
    expect(() => planChunks({ ...file, scans: scans.slice(0, 1) })).toThrow('end at byte 4 of 8');
  });
});

describe('scanRanges', () => {
  it('covers the file with ranges of whole blocks, leaving the header out of the scan', () => {
    const bytes = scanRangeBytes * 2 + 5;
    const ranges = scanRanges({ fileId: 3, bytes, recordsFrom: 17, pieceBytes: 1000 });
    expect(ranges).toEqual([
      { fileId: 3, number: 0, byteStart: 0, byteEnd: scanRangeBytes, scanFrom: 17, pieceBytes: 1000 },
      {
        fileId: 3,
        number: 1,
        byteStart: scanRangeBytes,
        byteEnd: scanRangeBytes * 2,
        scanFrom: scanRangeBytes,
        pieceBytes: 1000,
      },
      {
        fileId: 3,
        number: 2,
        byteStart: scanRangeBytes * 2,
        byteEnd: bytes,
        scanFrom: scanRangeBytes * 2,
        pieceBytes: 1000,
      },
    ]);
  });

  it('scans nothing of a range that the header fills', () => {
    const ranges = scanRanges({
      fileId: 3,
      bytes: scanRangeBytes + 10,
      recordsFrom: scanRangeBytes + 4,
      pieceBytes: 1000,
    });
    expect(ranges.map((range) => [range.scanFrom, range.byteEnd])).toEqual([
      [scanRangeBytes, scanRangeBytes],
      [scanRangeBytes + 4, scanRangeBytes + 10],
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedChunkBytes, planChunks, surveyRangeBytes, surveyRanges } from '../../../coordinator/plan/plan-chunks.ts';
import { readHead } from '../../../kernel/dialect/header.ts';
import { createSurveyor } from '../../../kernel/scan.ts';
import type { KernelDialect, RangeSurvey } from '../../../kernel/types.ts';

const dialect: KernelDialect = { delimiter: ',', quote: '"', trim: false };

/** Surveys of [from, bytes.length), cut at multiples of pieceBytes. */
async function survey(bytes: Uint8Array, from: number, pieceBytes: number, quote = dialect.quote) {
  const surveys: RangeSurvey[] = [];
  for (let start = from; start < bytes.length; ) {
    const end = Math.min(bytes.length, (Math.floor(start / pieceBytes) + 1) * pieceBytes);
    const surveyor = await createSurveyor({ ...dialect, quote }, start);
    surveyor.update(bytes.subarray(start, end));
    surveys.push(surveyor.finish());
    start = end;
  }
  return surveys;
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

  it('divides survey ranges evenly', () => {
    for (const size of [20, 130, 190])
      expect(surveyRangeBytes % balancedChunkBytes(size * mib, 64 * mib)).toBe(0);
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
          surveys: await survey(bytes, recordsFrom, pieceBytes, quote),
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
    await fc.assert(property, { numRuns: 300 });
  });

  it('cuts ordinary rows into chunks of about the size asked for', async () => {
    const bytes = Buffer.from('one,two,three\n'.repeat(1000));
    const surveys = await survey(bytes, 0, 1000);
    const chunks = planChunks({
      bytes: bytes.length,
      recordsFrom: 0,
      headerLines: 0,
      chunkBytes: 1000,
      surveys,
    });
    const sizes = chunks.map((chunk) => chunk.byteEnd - chunk.byteStart);
    expect(chunks.length).toBeGreaterThanOrEqual(14);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1100);
    expect(Math.min(...sizes.slice(1, -1))).toBeGreaterThan(500);
  });

  it('joins pieces that a record is longer than', async () => {
    const long = `"${'x\n'.repeat(500)}"`;
    const bytes = Buffer.from(`a,b\n1,${long}\n2,short\n`);
    const surveys = await survey(bytes, 4, 100);
    const chunks = planChunks({
      bytes: bytes.length,
      recordsFrom: 4,
      headerLines: 1,
      chunkBytes: 100,
      surveys,
    });
    expect(chunks.map((chunk) => chunk.byteStart)).toEqual([0, bytes.indexOf('2,short')]);
    expect(chunks[1].lineStart).toBe(503);
  });

  it('makes one chunk of a file that is its header', () => {
    const chunks = planChunks({ bytes: 4, recordsFrom: 4, headerLines: 1, chunkBytes: 100, surveys: [] });
    expect(chunks).toEqual([{ number: 0, byteStart: 0, byteEnd: 4, lineStart: 1 }]);
  });

  it('refuses surveys with a gap, rather than lose what is in it', async () => {
    const bytes = Buffer.from('a\nb\nc\nd\n');
    const surveys = await survey(bytes, 0, 4);
    const file = { bytes: 8, recordsFrom: 0, headerLines: 0, chunkBytes: 4 };
    expect(() => planChunks({ ...file, surveys: surveys.slice(1) })).toThrow('gap at byte 0');
    expect(() => planChunks({ ...file, surveys: surveys.slice(0, 1) })).toThrow('end at byte 4 of 8');
  });
});

describe('surveyRanges', () => {
  it('covers the file with ranges of whole blocks, leaving the header out of the survey', () => {
    const bytes = surveyRangeBytes * 2 + 5;
    const ranges = surveyRanges({ fileId: 3, bytes, recordsFrom: 17, pieceBytes: 1000 });
    expect(ranges).toEqual([
      { fileId: 3, number: 0, byteStart: 0, byteEnd: surveyRangeBytes, surveyFrom: 17, pieceBytes: 1000 },
      {
        fileId: 3,
        number: 1,
        byteStart: surveyRangeBytes,
        byteEnd: surveyRangeBytes * 2,
        surveyFrom: surveyRangeBytes,
        pieceBytes: 1000,
      },
      {
        fileId: 3,
        number: 2,
        byteStart: surveyRangeBytes * 2,
        byteEnd: bytes,
        surveyFrom: surveyRangeBytes * 2,
        pieceBytes: 1000,
      },
    ]);
  });

  it('surveys nothing of a range that the header fills', () => {
    const ranges = surveyRanges({
      fileId: 3,
      bytes: surveyRangeBytes + 10,
      recordsFrom: surveyRangeBytes + 4,
      pieceBytes: 1000,
    });
    expect(ranges.map((range) => [range.surveyFrom, range.byteEnd])).toEqual([
      [surveyRangeBytes, surveyRangeBytes],
      [surveyRangeBytes + 4, surveyRangeBytes + 10],
    ]);
  });
});

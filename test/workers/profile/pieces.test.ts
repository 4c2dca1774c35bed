import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignedBytes, rangesOf } from '../../../workers/profile/pieces.ts';

async function* inParts(text: string, size: number): AsyncGenerator<Uint8Array> {
  // As a store that uses its memory again.
  const memory = new Uint8Array(size);
  for (let at = 0; at < text.length; at += size) {
    const part = Buffer.from(text.slice(at, at + size));
    memory.set(part);
    yield memory.subarray(0, part.length);
  }
}

async function joined(parts: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const part of parts) text += Buffer.from(part).toString();
  return text;
}

describe('the pieces of a file', () => {
  it('are one while it is within the budget', () => {
    expect(rangesOf(10, 110, 100)).toEqual([{ start: 10, end: 110 }]);
  });

  it('begin with its first byte and end with its last, and take the budget together', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 2000, max: 10 ** 12 }),
        (start, length) => {
          const budget = 1600;
          const ranges = rangesOf(start, start + length, budget);
          expect([ranges[0].start, ranges.at(-1)!.end, ranges.length]).toEqual([start, start + length, 16]);
          for (const [i, range] of ranges.entries()) {
            expect(range.end - range.start).toBeGreaterThanOrEqual(budget / 16);
            if (i > 0) expect(range.start).toBeGreaterThanOrEqual(ranges[i - 1].end);
          }
          const bytes = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
          expect(bytes).toBeLessThanOrEqual(budget + 16);
        },
      ),
    );
  });

  it('are whole lines, however their bytes arrive', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', ','), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.boolean(),
        async (lines, size, head, tail) => {
          const text = lines.join('\n');
          const from = head ? text.indexOf('\n') + 1 || text.length : 0;
          const to = tail ? text.lastIndexOf('\n') + 1 : text.length;
          const expected = text.slice(from, Math.max(from, to));
          expect(await joined(alignedBytes(inParts(text, size), head, tail))).toBe(expected);
        },
      ),
    );
  });
});

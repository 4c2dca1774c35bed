import fc from 'fast-check';
import { snappyUncompress } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { snappyBytesMax, snappyCompress } from '../../../../sinks/lake/parquet/snappy.ts';
import { plays } from '../../../support/long.ts';

/** Compresses what stands in the middle of a larger array; returns the compressed bytes. */
function compress(input: Uint8Array): Uint8Array {
  const around = new Uint8Array(input.length + 20).fill(7);
  around.set(input, 10);
  const out = new Uint8Array(snappyBytesMax(input.length) + 5);
  const end = snappyCompress(around, 10, 10 + input.length, out, 5);
  expect(end - 5).toBeLessThanOrEqual(snappyBytesMax(input.length));
  return out.slice(5, end);
}

function expectRoundTrip(input: Uint8Array): number {
  const compressed = compress(input);
  const output = new Uint8Array(input.length);
  // hyparquet refuses an empty output, where only the length is stored.
  if (input.length > 0) snappyUncompress(compressed, output);
  else expect([...compressed]).toEqual([0]);
  expect(Buffer.compare(output, input)).toBe(0);
  return compressed.length;
}

/** Bytes that repeat what came before them at some distance, as columns do. */
const repetitive = fc
  .array(
    fc.record({
      copy: fc.boolean(),
      distance: fc.nat(70_000),
      length: fc.integer({ min: 1, max: 900 }),
      seed: fc.nat(),
    }),
    {
      maxLength: 150,
    },
  )
  .map((pieces) => {
    const bytes: number[] = [];
    for (const { copy, distance, length, seed } of pieces) {
      const from = bytes.length - 1 - (distance % Math.max(1, bytes.length));
      let state = seed;
      for (let i = 0; i < length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        bytes.push(copy && bytes.length > 0 ? bytes[from + i] : state >>> 24);
      }
    }
    return Uint8Array.from(bytes);
  });

describe('snappy', () => {
  test('anything comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
        expectRoundTrip(input);
      }),
      { numRuns: plays(100, 1_500) },
    );
  });

  test('repetitions come back, over block borders too', () => {
    fc.assert(
      fc.property(repetitive, (input) => {
        expectRoundTrip(input);
      }),
      { numRuns: plays(50, 750) },
    );
  });

  test('every length around a block border', () => {
    const pattern = Uint8Array.from({ length: 66_000 }, (_, i) => (i % 251) ^ (i >> 9));
    for (let length = 65_500; length <= 65_570; length++) expectRoundTrip(pattern.subarray(0, length));
    for (let length = 0; length <= 140; length++) expectRoundTrip(pattern.subarray(0, length));
    for (let length = 0; length <= 140; length++) expectRoundTrip(new Uint8Array(length));
  });

  test('repeated words shrink to a fraction, noise hardly grows', () => {
    const words = Buffer.from('Prague Turin Hamburg '.repeat(20_000));
    expect(expectRoundTrip(words)).toBeLessThan(words.length / 15);
    let state = 1;
    const noise = Uint8Array.from({ length: 300_000 }, () => (state = Math.imul(state, 48271) >>> 0) >>> 20);
    expect(expectRoundTrip(noise)).toBeLessThan(noise.length * 1.001);
  });
});

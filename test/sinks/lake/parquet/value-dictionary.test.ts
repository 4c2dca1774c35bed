/** Doubles by index: the same bits come back, and only where few are distinct. */
import { describe, expect, test } from 'vitest';
import { indexFloat64 } from '../../../../sinks/lake/parquet/value-dictionary.ts';

const bitsOf = (values: Float64Array) => [...new BigUint64Array(values.slice().buffer)];

/** The slow way: distinct bits in order of appearance. */
function distinctBits(values: Float64Array): bigint[] {
  return [...new Set(bitsOf(values))];
}

/** `count` values of `distinct` different ones, each as often as the others, the first of them odd ones. */
function repeating(count: number, distinct: number): Float64Array {
  const odd = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -1.5];
  return Float64Array.from({ length: count }, (_, i) => odd[i % distinct] ?? (i % distinct) / 7 + 1e-9);
}

describe('indexFloat64', () => {
  test.each([
    [1, 4],
    [7, 100],
    [256, 1024],
    [256, 5000],
    [960, 5000],
    [4000, 40_000],
    [16_384, 70_000],
  ])('%i distinct of %i', (distinct, count) => {
    // Sorted, equal values stand together, so that the first thousand repeat themselves.
    const values = repeating(count, distinct).sort();
    const indexed = indexFloat64(values, count)!;
    expect(bitsOf(indexed.entries)).toEqual(distinctBits(values));
    const found = Float64Array.from(indexed.indexes.subarray(0, count), (index) => indexed.entries[index]);
    expect(bitsOf(found)).toEqual(bitsOf(values));
  });

  test('keeps two kinds of NaN apart', () => {
    const values = new Float64Array(16);
    const bits = new BigUint64Array(values.buffer);
    bits.fill(0x7ff8000000000000n).fill(0x7ff8000000000001n, 8);
    const { entries, indexes } = indexFloat64(values, 16)!;
    expect(bitsOf(entries)).toEqual([0x7ff8000000000000n, 0x7ff8000000000001n]);
    expect([...indexes.subarray(0, 16)]).toEqual([...Array(8).fill(0), ...Array(8).fill(1)]);
  });

  test.each([
    ['no value', 0, 1],
    ['too few to repeat', 3, 1],
    ['as many as values', 5000, 5000],
    ['more than a quarter', 1000, 251],
    ['nearly as many as the first thousand', 40_000, 961],
  ])('is of no use for %s', (_, count, distinct) => {
    expect(indexFloat64(repeating(count, distinct), count)).toBeNull();
  });

  test('is of no use for more than indexes of fourteen bits tell apart', () => {
    expect(indexFloat64(repeating(70_000, 16_385).sort(), 70_000)).toBeNull();
  });

  test('gives up on the way, and then knows the next column chunk nonetheless', () => {
    const values = Float64Array.from({ length: 40_000 }, (_, i) => (i < 1024 ? 1 : i));
    expect(indexFloat64(values, 40_000)).toBeNull();
    expect(bitsOf(indexFloat64(Float64Array.of(2, 2, 2, 2), 4)!.entries)).toEqual(bitsOf(Float64Array.of(2)));
  });
});

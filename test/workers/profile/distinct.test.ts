import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DistinctCounter, exactMost } from '../../../workers/profile/distinct.ts';

/** The two words of a double. */
function wordsOf(value: number): [low: number, high: number] {
  const words = new Int32Array(new Float64Array([value]).buffer);
  return [words[0], words[1]];
}

describe('distinct values', () => {
  it('are counted exactly while they are few, whatever bits they differ in', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const pair = fc.tuple(
      fc.oneof(word, fc.constantFrom(0, 1, -1)),
      fc.oneof(word, fc.constantFrom(0, 1, -1)),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 300 }), (pairs) => {
        const counter = new DistinctCounter();
        for (const [low, high] of pairs) counter.add(low, high);
        expect([counter.count, counter.isExact]).toEqual([new Set(pairs.map(String)).size, true]);
      }),
    );
  });

  it('may be doubles, which differ in their highest bits', () => {
    const counter = new DistinctCounter();
    const values = [
      0,
      1,
      2,
      4,
      8,
      16,
      -1,
      -2,
      0.5,
      1e300,
      1e-300,
      ...Array.from({ length: 500 }, (_, i) => i * 1000),
    ];
    for (const value of [...values, ...values]) counter.add(...wordsOf(value));
    expect(counter.count).toBe(new Set(values).size);
  });

  it.each([exactMost + 1, 100_000, 1_000_000])('are estimated within 6 %% if they are %d', (many) => {
    const counter = new DistinctCounter();
    for (let i = 0; i < many; i++) counter.add(i, i >> 16);
    expect(counter.isExact).toBe(false);
    expect(Math.abs(counter.count / many - 1)).toBeLessThan(0.06);
  });
});

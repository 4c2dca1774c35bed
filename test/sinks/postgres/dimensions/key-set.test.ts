import { describe, expect, it } from 'vitest';
import { KeySet } from '../../../../sinks/postgres/dimensions/key-set.ts';
import { sortedByKey } from '../../../../sinks/postgres/dimensions/sort-keys.ts';

/** Words that look random and are the same each time. */
function scatter(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state ^ (state >>> 15);
  };
}

describe('known keys', () => {
  it('are those that were added, with their checks', () => {
    const next = scatter(1);
    const set = new KeySet(1_000_000);
    const keys = Array.from({ length: 50_000 }, () => [next() | 1, next(), next()] as const);
    for (const [i, key] of keys.entries()) if (i % 2) set.add(...key);
    for (const [i, key] of keys.entries()) expect(set.has(...key)).toBe(i % 2 === 1);
    const [low, high, check] = keys[1];
    expect(set.has(low, high, check + 1)).toBe(false);
    expect(set.has(0, high, check)).toBe(false);
  });

  it('may have a word that is 0', () => {
    const set = new KeySet(10);
    set.add(0, 7, 0);
    set.add(7, 0, 0);
    expect([set.has(0, 7, 0), set.has(7, 0, 0), set.has(0, 8, 0)]).toEqual([true, true, false]);
  });

  it('stay while they are in use, and else go when there are too many', () => {
    const set = new KeySet(2000);
    const inUse = [3, 5, 8];
    for (const key of inUse) set.add(key, 1, 1);
    set.add(1, 1, 1);
    for (let i = 0; i < 10_000; i++) {
      set.add(i, 2, 0);
      for (const key of inUse) expect(set.has(key, 1, 1)).toBe(true);
    }
    expect(set.has(1, 1, 1)).toBe(false);
  });
});

describe('members in the order of their keys', () => {
  it('are as BigInt64Array sorts them, many sharing their high words', () => {
    const next = scatter(7);
    const count = 20_000;
    const words = new Int32Array(count * 3);
    for (let i = 0; i < count; i++) {
      words[i * 3] = next();
      words[i * 3 + 1] = i % 3 === 0 ? next() : next() % 50;
    }
    const key = (i: number) => (BigInt(words[i * 3 + 1]) << 32n) | BigInt(words[i * 3] >>> 0);
    const expected = BigInt64Array.from({ length: count }, (_, i) => key(i)).sort();
    expect(BigInt64Array.from(sortedByKey(count, words), key)).toEqual(expected);
  });
});

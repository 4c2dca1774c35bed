import { describe, expect, it } from 'vitest';
import { generateAccounts } from '../../../../bench/datasets/accounts/generate.ts';

const rowsOf = (options: { rows: number; from: number; generation: number }) =>
  Buffer.concat([...generateAccounts(options)])
    .toString()
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

describe('generateAccounts', () => {
  const first = rowsOf({ rows: 30_000, from: 0, generation: 0 });

  it('has every account once, in random order', () => {
    const accounts = first.map(([account]) => Number(account));
    const sorted = [...accounts].sort((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 30_000 }, (_, n) => n));
    expect(accounts).not.toEqual(sorted);
  });

  it('gives every account of a later generation a later state', () => {
    const known = new Map(rowsOf({ rows: 30_000, from: 0, generation: 1 }).map((row) => [row[0], row]));
    for (const [account, at, balance] of first) {
      const later = known.get(account)!;
      expect(later[1] > at).toBe(true);
      expect(later[2]).not.toBe(balance);
    }
  });

  it('begins new accounts where the first ones end', () => {
    const fresh = rowsOf({ rows: 30_000, from: 30_000, generation: 0 }).map(([account]) => Number(account));
    expect([Math.min(...fresh), Math.max(...fresh)]).toEqual([30_000, 59_999]);
  });
});

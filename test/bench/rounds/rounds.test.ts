import { describe, expect, it } from 'vitest';
import { alternate, median, quantile, type Side } from '../../../bench/rounds/rounds.ts';

const side = (name: string, run: Side['run']): Side => ({ name, rows: 10, bytes: 100, run });

describe('alternate', () => {
  it('turns the order of the sides round each time', async () => {
    const order: string[] = [];
    const sides = ['a', 'b', 'c'].map((name) => side(name, async () => ({ seconds: order.push(name) })));
    const results = await alternate(sides, 3, () => {});
    expect(order.join('')).toBe('abccbaabc');
    expect(results.map(({ medianSeconds }) => medianSeconds)).toEqual([6, 5, 4]);
  });

  it('gives no rate to a side that has failed once, and asks it no more', async () => {
    let asked = 0;
    const failing = side('wrong', async () => {
      if (++asked === 2) throw new Error('the sums differ');
      return { seconds: 1 };
    });
    const [wrong, right] = await alternate(
      [failing, side('right', async () => ({ seconds: 2 }))],
      3,
      () => {},
    );
    expect(wrong).toMatchObject({ rounds: [], medianSeconds: Number.NaN, error: 'the sums differ' });
    expect(right.rounds).toHaveLength(3);
    expect(asked).toBe(2);
  });
});

describe('quantiles', () => {
  it('are interpolated, whatever the order', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([0, 10], 0.99)).toBeCloseTo(9.9, 12);
    expect(quantile([7], 0.99)).toBe(7);
    expect(median([])).toBeNaN();
  });
});

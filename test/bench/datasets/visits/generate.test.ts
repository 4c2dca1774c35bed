import { describe, expect, it } from 'vitest';
import { generateVisits } from '../../../../bench/datasets/visits/generate.ts';

const linesOf = (rows: number, keys: number) =>
  Buffer.concat([...generateVisits({ rows, keys })])
    .toString()
    .trimEnd()
    .split('\n')
    .slice(1);
const customers = (lines: readonly string[]) => lines.map((line) => line.split(',')[0]);

describe('generateVisits', () => {
  it.each([
    [20_000, 10_000],
    [30_000, 100],
    [50, 1],
    [7, 7],
  ])('of %d rows and %d customers has each as often as every other', (rows, keys) => {
    const counts = new Map<string, number>();
    for (const name of customers(linesOf(rows, keys))) counts.set(name, (counts.get(name) ?? 0) + 1);
    expect(counts.size).toBe(keys);
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
  });

  it('has customers in an order of their own in every pass', () => {
    const names = customers(linesOf(2_000, 1_000));
    const first = names.slice(0, 1_000);
    expect(first).not.toEqual([...first].sort());
    expect(first).not.toEqual(names.slice(1_000));
  });

  it('writes as many bytes whatever the customers', () => {
    const few = linesOf(1_000, 10);
    const many = linesOf(1_000, 500);
    expect(few.map((line) => line.length)).toEqual(many.map((line) => line.length));
    expect(few.map((line) => line.slice(line.indexOf(',')))).toEqual(
      many.map((line) => line.slice(line.indexOf(','))),
    );
  });
});

/** What is kept of random rows must be what a list of all rows says, row by row. */
import { describe, expect, it } from 'vitest';
import type { Int32Vector, Vector } from '../../../../../kernel/columns/vectors.ts';
import type { DimensionColumn } from '../../../../../model/compiled.ts';
import { typeOf } from '../../../../../model/types/column-types.ts';
import { AttributeValues } from '../../../../../sinks/postgres/dimensions/attributes/attribute-values.ts';
import { DatedRows } from '../../../../../sinks/postgres/dimensions/attributes/dated-rows.ts';
import { keyWords, MemberPlaces } from '../../../../../sinks/postgres/dimensions/attributes/member-places.ts';
import { OrderWords } from '../../../../../sinks/postgres/dimensions/attributes/order-words.ts';
import { randomFrom } from '../../../../support/random.ts';

const columns = (
  [
    ['name', { type: 'text' }],
    ['size', { type: 'integer' }],
    ['north', { type: 'float8' }],
  ] as const
).map(([name, logical]) => ({ name, vector: name, logical }) as unknown as DimensionColumn);

interface Row {
  readonly key: number;
  readonly day: number;
  readonly values: readonly (string | number | null)[];
}

function vectorOf({ logical }: DimensionColumn, given: readonly unknown[]): Vector {
  const builder = typeOf(logical).build(given.length, logical);
  for (const [i, value] of given.entries()) builder.set(i, value as never);
  return builder.finish();
}

const whole = (values: readonly number[]): Int32Vector => ({
  ...{ length: values.length, validity: null, nullCount: 0 },
  ...{ kind: 'int32', values: Int32Array.from(values) },
});

/** Lines of every member: first and last day of a run of equal attributes, its hash, and all its days. */
function kept(batches: readonly (readonly Row[])[]): string[] {
  const values = new AttributeValues(columns);
  const places = new MemberPlaces();
  const order = new OrderWords();
  const dated = new DatedRows();
  for (const rows of batches) {
    const vectors = new Map(
      columns.map((column, c) => [
        column.vector,
        vectorOf(
          column,
          rows.map((row) => row.values[c]),
        ),
      ]),
    );
    order.load(whole(rows.map(({ day }) => day)), rows.length);
    values.load({ rows: rows.length, vectors });
    const keys = keyWords(whole(rows.map(({ key }) => key)));
    dated.take({ rows: rows.length, order, values, keys }, places);
  }
  const lines: string[] = [];
  for (let place = 0; place < places.size; place++)
    dated.rowsOf(place, values, (fields, number) => {
      lines.push(`${places.low[place]}\t${fields}\t${values.texts[number]}`);
    });
  return lines.sort();
}

/** The same from all rows at once: of two rows of a member and a day, the one with the greater hash counts. */
function wanted(rows: readonly Row[]): string[] {
  const values = new AttributeValues(columns);
  const hashed = rows.map((row) => {
    const vectors = new Map(columns.map((column, c) => [column.vector, vectorOf(column, [row.values[c]])]));
    values.load({ rows: 1, vectors });
    const number = values.numberOf(0);
    return { ...row, hash: values.hash(number), text: values.texts[number] };
  });
  const lines: string[] = [];
  for (const key of new Set(rows.map((row) => row.key))) {
    if (key === 0) continue;
    const days = new Map<number, (typeof hashed)[number]>();
    for (const row of hashed) {
      if (row.key !== key) continue;
      const other = days.get(row.day);
      if (other === undefined || row.hash > other.hash) days.set(row.day, row);
    }
    const sorted = [...days.values()].sort((a, b) => a.day - b.day);
    for (let from = 0, to = 0; from < sorted.length; from = to) {
      while (to < sorted.length && sorted[to].hash === sorted[from].hash) to++;
      const run = sorted.slice(from, to).map(({ day }) => day);
      lines.push(`${key}\t${run[0]}\t${run.at(-1)}\t${sorted[from].hash}\t{${run}}\t${sorted[from].text}`);
    }
  }
  return lines.sort();
}

function randomBatches(seed: number): Row[][] {
  const { next, below, pick } = randomFrom(seed);
  const changes = pick([0, 0.02, 0.5]);
  const members = 1 + below(pick([3, 2000]));
  const sorted = next() < 0.6;
  const names = ['', 'a', 'b', 'ä\t\\', null];
  const usual = Array.from({ length: members }, () => [pick(names), below(3), pick([0, 1.5, null])]);
  let day = below(100) - 50;
  return Array.from({ length: 1 + below(5) }, () =>
    Array.from({ length: 1 + below(600) }, () => {
      const key = below(members + 1);
      if (next() < 0.02) day++;
      const at = sorted ? day : below(6);
      const values =
        key === 0 || next() < changes ? [pick(names), below(2), pick([-0, 0, 2])] : usual[key - 1];
      return { key, day: at, values };
    }),
  );
}

describe('the instants that a chunk keeps of each member', () => {
  it('are those of its rows', () => {
    for (let seed = 1; seed <= 120; seed++) {
      const batches = randomBatches(seed);
      expect(kept(batches), `seed ${seed}`).toEqual(wanted(batches.flat()));
    }
  });
});

/** Random batches of all types, and random rollups over them. */
import type { Vector } from '../../../../kernel/columns/vectors.ts';
import { compileDataset } from '../../../../model/compile/compile.ts';
import type { CompiledDataset, CompiledStar } from '../../../../model/compiled.ts';
import {
  bigint,
  boolean,
  date,
  defineDataset,
  float8,
  integer,
  interval,
  lookup,
  numeric,
  smallint,
  text,
  time,
  timestamp,
  uuid,
} from '../../../../model/index.ts';
import * as r from '../../../../model/language/rollups.ts';
import { type LogicalType, typeOf } from '../../../../model/types/column-types.ts';
import type { KeyVector } from '../../../../sinks/postgres/facts/fact-fields.ts';
import { randomFrom } from '../../../support/random.ts';

const columns = {
  small: smallint(),
  whole: integer(),
  big: bigint(),
  money: numeric(12, 2),
  long: numeric(30, 5),
  real: float8({ nonFinite: 'keep' }),
  yes: boolean(),
  id: uuid(),
  on: date(),
  at: timestamp({ zone: 'UTC' }),
  there: timestamp({ zone: 'America/New_York' }),
  clock: time(),
  took: interval(),
  name: text(),
};

type Name = keyof typeof columns;

export function dataset(marts: Record<string, r.Rollup>): CompiledDataset {
  return compileDataset(
    defineDataset({
      name: 'facts',
      columns: { ...columns, key: text() },
      star: {
        fact: 'fact',
        dimensions: { the_key: lookup('dim', { name: 'key' }) },
        columns: Object.keys(columns) as Name[],
      },
      marts: marts as never,
    }),
  );
}

/** Numbers from 0 up to, but not including, 1. */
export function randomOf(seed: number): Random {
  return randomFrom(seed).next;
}

export type Random = () => number;
export const below = (random: Random, most: number) => Math.floor(random() * most);
export const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)];

/** The bits of any finite double. */
function anyDouble(random: Random): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, below(random, 2 ** 32));
  view.setUint32(4, below(random, 2 ** 32));
  const value = view.getFloat64(0);
  return Number.isFinite(value) ? value : 0;
}

const edges = {
  real: [
    0,
    -0,
    0.1,
    0.2,
    -0.3,
    1e23,
    5e-324,
    1.7976931348623157e308,
    2 ** 60 + 2 ** 8,
    3.5,
    1e-20,
    123456.789,
  ],
  big: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n) - 1n],
};

const values: Readonly<Record<Name, (random: Random) => unknown>> = {
  small: (random) => pick(random, [-32768, 32767, 0, 1, below(random, 5)]),
  whole: (random) => pick(random, [-(2 ** 31), 2 ** 31 - 1, 0, -1, 505_019_437, below(random, 1000) - 500]),
  big: (random) => pick(random, [...edges.big, BigInt(below(random, 100))]),
  money: (random) =>
    pick(random, [999_999_999_999n, -999_999_999_999n, 0n, 10n, BigInt(below(random, 5000) - 2500)]),
  long: (random) => pick(random, [10n ** 29n, -(10n ** 20n), 0n, BigInt(below(random, 50))]),
  real: (random) => pick(random, [...edges.real, anyDouble(random), random() * 40, NaN, Infinity, -Infinity]),
  yes: (random) => random() < 0.5,
  id: (random) => `00000000-0000-0000-0000-00000000000${below(random, 4)}`,
  on: (random) => pick(random, [-2_440_588, 2_932_896, 17_000 + below(random, 40), -1]),
  at: (random) => BigInt(pick(random, [0, -1, 1.5e15 + below(random, 1e12), -2.1e17, 2.5e17])),
  there: (random) => BigInt(pick(random, [0, 1.5e15 + below(random, 1e12)])),
  clock: (random) => BigInt(below(random, 86_400) * 1_000_000 + below(random, 2)),
  took: (random) => BigInt(below(random, 5) - 2) * 3_600_000_000n,
  name: (random) => pick(random, ['', 'a', 'b', 'ä', "'\\", 'a'.repeat(200), String(below(random, 50))]),
};

function vectorOf(logical: LogicalType, given: readonly unknown[]): Vector {
  const builder = typeOf(logical).build(given.length, logical);
  given.forEach((value, i) => {
    builder.set(i, value);
  });
  return builder.finish();
}

export function randomBatch(star: CompiledStar, random: Random, rows: number, nulls: number) {
  const vectors = new Map<string, Vector>();
  for (const column of star.columns) {
    if (column.kind !== 'value') continue;
    const of = values[column.name as Name];
    const given = Array.from({ length: rows }, () => (random() < nulls ? null : of(random)));
    vectors.set(column.vector, vectorOf(column.logical, given));
  }
  const keys = Int32Array.from({ length: rows }, () => below(random, 3));
  const key: KeyVector = { kind: 'int32', length: rows, validity: null, nullCount: 0, values: keys };
  return { batch: { rows, vectors }, keys: [key] };
}

const groups: readonly (Name | 'the_key' | r.RowExpression)[] = [
  ...([
    'small',
    'whole',
    'big',
    'money',
    'long',
    'yes',
    'id',
    'on',
    'at',
    'clock',
    'took',
    'name',
    'the_key',
  ] as const),
  ...[
    r.dayOf('at'),
    r.weekStart('on'),
    r.weekStart('at', { as: 'week_at' }),
    r.monthStart('on'),
    r.yearStart('at'),
  ],
  ...[
    r.weekdayOf('on'),
    r.hourOf('at'),
    r.hourOf('clock', { as: 'clock_hour' }),
    r.bucket('whole', 7, { as: 'sevens' }),
  ],
  ...[r.bucket('big', 1000, { as: 'thousands' }), r.bucket('small', 3, { as: 'threes' })],
  ...[r.hourOf('at', { every: 6, as: 'part' }), r.hourOf('clock', { every: 7, as: 'clock_part' })],
  r.largerCell('whole', { degrees: 0.01, times: 5, as: 'larger' }),
];

const measures: readonly r.Measure[] = [
  ...(['small', 'whole', 'big', 'money', 'real'] as const).map((name) => r.sum(name)),
  ...(['small', 'whole'] as const).map((name) => r.variance(name)),
  ...(['yes', 'name', 'long', 'id', 'real'] as const).map((name) => r.count(name)),
  ...(['small', 'real', 'money', 'long', 'name', 'at', 'took', 'clock', 'yes'] as const).map((name) =>
    r.countDistinct(name),
  ),
  ...[
    r.countWhere('yes'),
    r.median('whole'),
    r.median('real'),
    r.lastBy('name', 'at'),
    r.min('real'),
    r.max('name'),
    r.max('at'),
    r.min('big'),
    r.firstBy('money', 'on'),
  ],
];

export function randomRollup(random: Random): r.Rollup {
  const by = [...new Set(Array.from({ length: 1 + below(random, 4) }, () => pick(random, groups)))];
  const chosen = Array.from({ length: 1 + below(random, 4) }, () => pick(random, measures));
  const named = Object.fromEntries(chosen.map((measure, i) => [`m${i}`, measure]));
  return { kind: 'rollup', by: by as never, measures: named, ...(random() < 0.3 && { where: 'yes' }) };
}

/** How an answer follows from values, in SQL: from a table of values, and from facts. */
import { decimalOfDouble, doubleOf, isFiniteDouble } from '../../../model/compile/rollups/double-sql.ts';
import type { ValuesPick } from '../../../model/compiled-rollup.ts';

type Percentile = Extract<ValuesPick, { kind: 'percentile' }>;

/** The places, from 0, of the values on both sides of a percentile among `n` values, as SQL. */
export function placesOf({ share, between }: Percentile, n: string): readonly [low: string, high: string] {
  // One of the values: the first that as many do not exceed.
  if (between === null) {
    const place = `greatest(ceil(${share} * ${n}) - 1, 0)`;
    return [place, place];
  }
  const position = `(${share} * (${n} - 1))`;
  return [`floor${position}`, `ceil${position}`];
}

/** The percentile between two values, interpolated in decimals. Next to an infinity or NaN, it is that. */
export function betweenSql({ share, between }: Percentile, low: string, high: string, n: string): string {
  if (between === null) return low;
  const position = `(${share} * (${n} - 1))`;
  const interpolated = (from: string, to: string) =>
    `(${from} + (${to} - ${from}) * (${position} - floor${position}))`;
  if (between === 'decimal') return interpolated(`cast(${low} as numeric)`, `cast(${high} as numeric)`);
  const number = doubleOf(interpolated(decimalOfDouble(low), decimalOfDouble(high)));
  return `case when ${low} = ${high} or not ${isFiniteDouble(low)} then ${low} when not ${isFiniteDouble(high)} then ${high} else ${number} end`;
}

/** The answer of the group `s._group`, from its values. Null: it is a number that is kept by counting. */
export function pickFromValues(pick: ValuesPick, table: string): string | null {
  const ofGroup = `from ${table} v where v._group = s._group`;
  switch (pick.kind) {
    case 'distinct':
      return null;
    case 'min':
      return `(select v.c1 ${ofGroup} order by v.c1 limit 1)`;
    case 'max':
      return `(select v.c1 ${ofGroup} order by v.c1 desc limit 1)`;
    case 'mode':
      return `(select v.c1 ${ofGroup} order by v.n desc, v.c1 limit 1)`;
    case 'first':
      return `(select v.c2 ${ofGroup} order by v.c1, v.c2 limit 1)`;
    case 'last':
      return `(select v.c2 ${ofGroup} order by v.c1 desc, v.c2 desc limit 1)`;
    case 'percentile': {
      const counted = `select v.c1, sum(v.n) over (order by v.c1) as upto, sum(v.n) over () as total ${ofGroup}`;
      const [low, high] = placesOf(pick, 'total');
      const at = (place: string) => `min(c1) filter (where upto > ${place})`;
      const shown = betweenSql(pick, 'low', 'high', 'total');
      return `(select ${shown} from (select ${at(low)} as low, ${at(high)} as high, max(total) as total from (${counted}) c) p)`;
    }
  }
}

/**
 * The same from the facts of a group. `place`: of the fact, from 1, among those with a value; `n`: how many have one.
 * Both are of each fact.
 */
export function pickFromFacts(pick: ValuesPick, values: readonly string[], place: string, n: string): string {
  const value = values.at(-1)!;
  const at = (where: string) =>
    `(array_agg(${value}) filter (where ${place} <= ${n} and ${place} = ${where}))[1]`;
  switch (pick.kind) {
    case 'distinct':
      return `count(distinct ${value})`;
    case 'mode':
      return `mode() within group (order by ${value})`;
    case 'min':
    case 'first':
      return at('1');
    case 'max':
    case 'last':
      return at(n);
    case 'percentile': {
      const [low, high] = placesOf(pick, n);
      return betweenSql(pick, at(`1 + ${low}`), at(`1 + ${high}`), `max(${n})`);
    }
  }
}

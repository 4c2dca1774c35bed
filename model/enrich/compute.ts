/** Computes a column by any function over columns, row by row. */
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import type { Enrichment, Ref, ValueOf } from '../language/refs.ts';
import type { ComputedForm } from '../types/column-type.ts';
import {
  columnTypes,
  type LogicalType,
  type TypesFor,
  typeOf,
  typesFor,
  type Value,
  type ValueTypes,
} from '../types/column-types.ts';
import { computedNumeric } from '../types/numeric.ts';
import { list } from '../words.ts';
import { isNumbers, isNumberType, NumberComputation, type NumberFunction } from './compute-numbers.ts';
import type { Lanes } from './lanes.ts';
import { type Refusals, type Rejection, refusalReason } from './refusals.ts';

/** Types that a function can return, with the digits of a decimal: `numeric(10, 2)`. */
export type ComputedType = TypesFor<'computed'> | ComputedNumeric;
export type ComputedNumeric = `numeric(${number},${number})` | `numeric(${number}, ${number})`;

/** What a function returns. A decimal is a whole number, a number of few enough digits, or a text. */
type Result<T extends ComputedType> =
  | (T extends TypesFor<'computed'> ? ValueTypes[T] : bigint | number | string)
  | Rejection
  | null
  | undefined;

type ComputedRef<T extends ComputedType> = Enrichment<T extends TypesFor<'computed'> ? T : 'numeric'>;

/** Throws a TypeError for a type that functions cannot return, which plain JavaScript may ask for. */
function computedForm(type: ComputedType): ComputedForm<LogicalType> {
  const digits = /^numeric\((\d{1,2}), ?(\d{1,2})\)$/.exec(type);
  if (digits !== null) {
    const form = computedNumeric(Number(digits[1]), Number(digits[2]));
    if (form !== null) return form;
  }
  const { computed } = columnTypes[type as TypesFor<'computed'>] ?? { computed: null };
  if (computed !== null) return computed;
  const known = [...typesFor('computed'), 'numeric(precision, scale)'];
  throw new TypeError(`compute gives ${list(known, 'or')}, not ${type}`);
}

/**
 * A column of type `type`, computed by a function of other columns that is called once per row:
 * `compute('float8', [c.km, c.seconds], (km, seconds) => (km / seconds) * 3600)`.
 *
 * If an input is null, the result is null and the function is not called; with `{ nulls: 'call' }` it is called with
 * nulls. It may return null or undefined for no value, or `reject('why')` to reject the row. A value that a column of
 * the type would not hold rejects the row too (LF_REJECT_COMPUTE): NaN, an infinity, a number out of range, a day after
 * 9999, a text with a NUL or half of a surrogate pair. A function that throws fails the file (LF_ENRICHMENT).
 *
 * The function must depend on its arguments only. Its source is part of the definition's version, but what it
 * refers to outside is not.
 */
export function compute<const R extends readonly Ref[], T extends ComputedType>(
  type: T,
  inputs: R,
  calculate: (...values: { [I in keyof R]: ValueOf<R[I]> }) => Result<T>,
  options?: { readonly nulls?: 'skip' },
): ComputedRef<T>;
export function compute<const R extends readonly Ref[], T extends ComputedType>(
  type: T,
  inputs: R,
  calculate: (...values: { [I in keyof R]: ValueOf<R[I]> | null }) => Result<T>,
  options: { readonly nulls: 'call' },
): ComputedRef<T>;
export function compute(
  type: ComputedType,
  inputs: readonly Ref[],
  calculate: (...values: never[]) => unknown,
  options: { readonly nulls?: 'skip' | 'call' } = {},
): Enrichment {
  const call = calculate as (...values: (Value | null)[]) => unknown;
  const { nulls: nullHandling = 'skip', ...unknown } = options;
  const callWithNulls = nullHandling === 'call';
  const { logical, stored } = computedForm(type);
  const numbers =
    isNumberType(type) && inputs.length >= 1 && inputs.length <= 3
      ? new NumberComputation(type, calculate as unknown as NumberFunction, nullHandling)
      : null;

  const build =
    (types: readonly LogicalType[]) =>
    (vectors: readonly Vector[], rows: number, lanes: Lanes, refusals: Refusals) => {
      if (numbers !== null && vectors.every(isNumbers)) return numbers.run(vectors, rows, lanes, refusals);
      const builder = typeOf(logical).build(rows, logical);
      const readers = types.map((one) => typeOf(one).value);
      const values: (Value | null)[] = new Array(vectors.length).fill(null);
      for (let i = 0; i < rows; i++) {
        let anyNull = false;
        for (let j = 0; j < vectors.length; j++) {
          values[j] = isValid(vectors[j], i) ? readers[j](vectors[j], types[j], i) : null;
          if (values[j] === null) anyNull = true;
        }
        const result = anyNull && !callWithNulls ? null : (call(...values) ?? null);
        const fitting = result === null ? null : stored(result);
        if (fitting === undefined) refusals.add(i, refusalReason(result, type));
        builder.set(i, fitting ?? null);
      }
      return builder.finish();
    };
  return {
    ...unknown,
    type: logical.type,
    logical,
    inputs,
    total: false,
    operation: ['compute', type.replace(/\s/g, ''), callWithNulls, calculate.toString()],
    build,
  };
}

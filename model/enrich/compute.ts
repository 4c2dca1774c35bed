/** Computes a column by any function over columns, row by row. */
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import type { Enrichment, Ref, ValueOf } from '../language/refs.ts';
import {
  columnTypes,
  type LogicalType,
  type TypesFor,
  typeOf,
  typesFor,
  type Value,
  type ValueTypes,
} from '../types/column-types.ts';
import { list } from '../words.ts';
import { isNumbers, isNumberType, NumberComputation, type NumberFunction } from './compute-numbers.ts';
import type { Lanes } from './lanes.ts';

/** Types that a function can return: their values are complete without further properties. */
export type ComputedType = TypesFor<'computed'>;

/** Throws a TypeError for a type that functions cannot return, which plain JavaScript may ask for. */
function computedForm(type: ComputedType) {
  const { computed } = columnTypes[type] ?? { computed: null };
  if (computed !== null) return computed;
  throw new TypeError(`compute gives ${list(typesFor('computed'), 'or')}, not ${type}`);
}

/**
 * A column of type `type`, computed by a function of other columns that is called once per row:
 * `compute('float8', [c.km, c.seconds], (km, seconds) => (km / seconds) * 3600)`.
 *
 * If an input is null, the result is null and the function is not called; with `{ nulls: 'call' }` it is called with
 * nulls. It may return null or undefined for no value. A value that does not fit the type fails the chunk: it is a
 * mistake of the definition, not of the row.
 *
 * The function must depend on its arguments only. Its source is part of the definition's version, but what it
 * refers to outside is not.
 */
export function compute<const R extends readonly Ref[], T extends ComputedType>(
  type: T,
  inputs: R,
  calculate: (...values: { [I in keyof R]: ValueOf<R[I]> }) => ValueTypes[T] | null | undefined,
  options?: { readonly nulls?: 'skip' },
): Enrichment<T>;
export function compute<const R extends readonly Ref[], T extends ComputedType>(
  type: T,
  inputs: R,
  calculate: (...values: { [I in keyof R]: ValueOf<R[I]> | null }) => ValueTypes[T] | null | undefined,
  options: { readonly nulls: 'call' },
): Enrichment<T>;
export function compute<T extends ComputedType>(
  type: T,
  inputs: readonly Ref[],
  calculate: (...values: never[]) => unknown,
  options: { readonly nulls?: 'skip' | 'call' } = {},
): Enrichment<T> {
  const call = calculate as (...values: (Value | null)[]) => unknown;
  const nullHandling = options.nulls ?? 'skip';
  const callWithNulls = nullHandling === 'call';
  const { logical, stored } = computedForm(type);

  const fail = (result: unknown): never => {
    throw new TypeError(
      `compute(${type}) gave ${JSON.stringify(result) ?? typeof result}, which is not a value of type ${type}`,
    );
  };
  const numbers =
    isNumberType(type) && inputs.length >= 1 && inputs.length <= 3
      ? new NumberComputation(type, calculate as unknown as NumberFunction, nullHandling, fail)
      : null;

  const build =
    (types: readonly LogicalType[]) => (vectors: readonly Vector[], rows: number, lanes: Lanes) => {
      if (numbers !== null && vectors.every(isNumbers)) return numbers.run(vectors, rows, lanes);
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
        if (fitting === undefined) fail(result);
        builder.set(i, fitting);
      }
      return builder.finish();
    };
  return {
    type,
    logical,
    inputs,
    total: false,
    operation: ['compute', type, callWithNulls, calculate.toString()],
    build,
  };
}

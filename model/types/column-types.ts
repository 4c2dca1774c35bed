/** All column types. CONTRIBUTING.md says how to add one. */
import type { VectorKind } from '../../kernel/columns/vectors.ts';
import { bigintType } from './bigint.ts';
import { booleanType } from './boolean.ts';
import type { ColumnType, Use } from './column-type.ts';
import { dateType } from './date.ts';
import { float8Type } from './float8.ts';
import { integerType } from './integer.ts';
import { intervalType } from './interval.ts';
import { jsonType } from './json.ts';
import { numericType } from './numeric.ts';
import { pointType } from './point.ts';
import { smallintType } from './smallint.ts';
import { textType } from './text.ts';
import { timeType } from './time.ts';
import { timestampType } from './timestamp.ts';
import { uuidType } from './uuid.ts';

/** All types, by the name in their logical type. `init` tries them in this order: stricter types come first. */
export const columnTypes = {
  smallint: smallintType,
  integer: integerType,
  bigint: bigintType,
  numeric: numericType,
  float8: float8Type,
  boolean: booleanType,
  uuid: uuidType,
  point: pointType,
  json: jsonType,
  date: dateType,
  timestamp: timestampType,
  time: timeType,
  interval: intervalType,
  text: textType,
};

type Records = typeof columnTypes;

/** Names of the types of columns and enrichments. */
export type TypeName = keyof Records;

/** What the values mean, for star and lake. */
export type LogicalType = {
  [N in TypeName]: Records[N] extends ColumnType<infer L, infer _K, infer _V, infer _U> ? L : never;
}[TypeName];

/**
 * The JavaScript values that `compute` and `rule` functions receive and return. numeric: the nearest double;
 * date: days since 1970-01-01; timestamp: milliseconds since 1970-01-01T00:00:00Z, with a fraction for
 * microseconds; time: milliseconds since midnight; interval: milliseconds; uuid: 36 characters, lower case; json:
 * its text.
 */
export type ValueTypes = {
  [N in TypeName]: Records[N] extends ColumnType<infer _L, infer _K, infer V, infer _U> ? V : never;
};

export type Value = ValueTypes[TypeName];

/** Names of the types that have a use. */
export type TypesFor<W extends Use> = {
  [N in TypeName]: Records[N] extends ColumnType<infer _L, infer _K, infer _V, infer U>
    ? W extends U
      ? N
      : never
    : never;
}[TypeName];

/** The record of a type that is known only at run time. */
export type AnyType = { readonly [M in keyof Unknown]: Unknown[M] };

type Unknown = ColumnType<LogicalType, VectorKind, Value, unknown>;

const byName: Readonly<Record<TypeName, AnyType>> = columnTypes;

/** The record of a logical type. Call it once per column, not once per value. */
export function typeOf(logical: LogicalType): AnyType {
  return byName[logical.type];
}

export const typeNames = Object.keys(columnTypes) as readonly TypeName[];

/** Types that have a use, for messages and checks. */
export function typesFor(use: Use): readonly TypeName[] {
  return typeNames.filter((name) => byName[name][use] !== null);
}

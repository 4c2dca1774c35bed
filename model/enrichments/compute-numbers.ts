/**
 * compute() where numbers go in and numbers come out, which is most of its use: straight over the
 * typed arrays, about ten times as fast as value by value.
 */
import type { Vector } from '../../kernel/vectors.ts';
import { jointNulls, withNulls } from '../nulls.ts';

export type Numbers = Int32Array | Float64Array;
export type NumberFunction = (...values: number[]) => number | null | undefined;

/** True for vectors whose values compute() hands over as they are: numbers in a typed array. */
export function isNumbers(vector: Vector): boolean {
  return vector.kind === 'int32' || vector.kind === 'float64';
}

/** Exactly as many arguments as there are inputs: Math.max would notice others. */
function callAt(call: NumberFunction, columns: number, a: Numbers, b: Numbers, c: Numbers, i: number) {
  if (columns === 1) return call(a[i]);
  return columns === 2 ? call(a[i], b[i]) : call(a[i], b[i], c[i]);
}

/**
 * Calls the function for each row that is valid and stores what it gives. Returns the first row whose
 * result is no whole number from -limit - 1 to limit (Infinity: any number will do), or -1.
 */
function numberLoop(
  call: NumberFunction,
  columns: number,
  a: Numbers,
  b: Numbers,
  c: Numbers,
  validity: Uint8Array | null,
  rows: number,
  limit: number,
  out: Numbers,
  isNull: Uint8Array,
): number {
  for (let i = 0; i < rows; i++) {
    if (validity !== null && (validity[i >> 3] & (1 << (i & 7))) === 0) continue;
    const result = callAt(call, columns, a, b, c, i);
    if (result === null || result === undefined) isNull[i] = 1;
    else if (typeof result !== 'number') return i;
    else if (limit === Number.POSITIVE_INFINITY) out[i] = result;
    else if (!Number.isInteger(result) || result > limit || result < -limit - 1) return i;
    else out[i] = result;
  }
  return -1;
}

/** The largest value that each type takes; whole numbers where it is finite. */
const limits = { smallint: 32767, integer: 2147483647, date: 2147483647, float8: Number.POSITIVE_INFINITY };

export type NumberType = keyof typeof limits;

export function isNumberType(type: string): type is NumberType {
  return type in limits;
}

/** The vector of a function of one to three number vectors; a row with a null among them is null. */
export function computeNumbers(
  type: NumberType,
  call: NumberFunction,
  inputs: readonly Vector[],
  rows: number,
  fail: (result: unknown) => never,
): Vector {
  const [a, b, c] = [0, 1, 2].map(
    (i) => (inputs[Math.min(i, inputs.length - 1)] as { values: Numbers }).values,
  );
  const out = type === 'float8' ? new Float64Array(rows) : new Int32Array(rows);
  const isNull = new Uint8Array(rows);
  const nulls = jointNulls(inputs, rows);
  const misfit = numberLoop(call, inputs.length, a, b, c, nulls.validity, rows, limits[type], out, isNull);
  if (misfit >= 0) fail(callAt(call, inputs.length, a, b, c, misfit));
  const all = isNull.includes(1) ? withNulls(nulls, isNull, rows) : nulls;
  return type === 'float8'
    ? { kind: 'float64', length: rows, values: out as Float64Array, ...all }
    : { kind: 'int32', length: rows, values: out as Int32Array, ...all };
}

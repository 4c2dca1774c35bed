/**
 * compute() for numbers in and numbers out, its most common use: works directly on typed arrays, about ten times as
 * fast as value by value.
 */
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import { firstDay, lastDay } from './calendar.ts';
import type { Lanes } from './lanes.ts';
import { jointNulls, type Nulls, withNulls } from './nulls.ts';
import { type Refusals, type Rejection, refusalReason } from './refusals.ts';

export type Numbers = Int32Array | Float64Array;
export type NumberFunction = (...values: (number | null)[]) => number | Rejection | null | undefined;

/** True for vectors whose values compute() passes on unchanged: numbers in a typed array. */
export function isNumbers(vector: Vector): boolean {
  return vector.kind === 'int32' || vector.kind === 'float64';
}

/**
 * Calls the function for each row that is not null and stores its result; a null row's value is 0. `whole`: results
 * must be whole numbers. Returns 0 if every row has a value. Otherwise `marks` has 1 for rows without one, and 2, which
 * is then returned, for rows whose result is not a number from `low` to `high`.
 */
type NumberLoop = (
  call: NumberFunction,
  columns: number,
  values: readonly Numbers[],
  validity: Uint8Array | null,
  validities: readonly (Uint8Array | null)[],
  rows: number,
  whole: boolean,
  low: number,
  high: number,
  out: Numbers,
  marks: Uint8Array,
) => number;

/**
 * Refers to nothing outside itself, as `ownLoop` requires. Functions get exactly as many arguments as there are
 * inputs: Math.max takes any number. A result is stored as soon as it is known to be a number: a variable that may
 * also hold null would box it.
 */
const skippingLoop: NumberLoop = (
  call,
  columns,
  [a, b, c],
  validity,
  _,
  rows,
  whole,
  low,
  high,
  out,
  marks,
) => {
  let answer = 0;
  for (let i = 0; i < rows; i++) {
    if (validity !== null && (validity[i >> 3] & (1 << (i & 7))) === 0) {
      out[i] = 0;
      continue;
    }
    const result = columns === 1 ? call(a[i]) : columns === 2 ? call(a[i], b[i]) : call(a[i], b[i], c[i]);
    if (
      typeof result === 'number' &&
      result >= low &&
      result <= high &&
      (!whole || Number.isInteger(result))
    ) {
      out[i] = result;
    } else {
      out[i] = 0;
      marks[i] = result === null || result === undefined ? 1 : 2;
      if (marks[i] > answer) answer = marks[i];
    }
  }
  return answer;
};

/** The same for a function that handles nulls: it is called for every row. */
const nullableLoop: NumberLoop = (
  call,
  columns,
  [a, b, c],
  _,
  [va, vb, vc],
  rows,
  whole,
  low,
  high,
  out,
  marks,
) => {
  let answer = 0;
  for (let i = 0; i < rows; i++) {
    const byte = i >> 3;
    const bit = 1 << (i & 7);
    const x = va === null || (va[byte] & bit) !== 0 ? a[i] : null;
    const y = vb === null || (vb[byte] & bit) !== 0 ? b[i] : null;
    const z = vc === null || (vc[byte] & bit) !== 0 ? c[i] : null;
    const result = columns === 1 ? call(x) : columns === 2 ? call(x, y) : call(x, y, z);
    if (
      typeof result === 'number' &&
      result >= low &&
      result <= high &&
      (!whole || Number.isInteger(result))
    ) {
      out[i] = result;
    } else {
      out[i] = 0;
      marks[i] = result === null || result === undefined ? 1 : 2;
      if (marks[i] > answer) answer = marks[i];
    }
  }
  return answer;
};

/**
 * A copy of the loop that V8 treats as a separate function. In a loop that all functions share, the call becomes
 * megamorphic: V8 calls the function of each row indirectly, with boxed numbers. In its own loop, a function is
 * inlined.
 */
function ownLoop(loop: NumberLoop): NumberLoop {
  // The number makes each text unique: V8 compiles equal texts to one function.
  return new Function(`return ${loop} // ${++ownLoops}`)() as NumberLoop;
}

let ownLoops = 0;

/** Number of rows from which compiling a separate loop pays off. */
const OWN_LOOP_ROWS = 20_000;

/** The smallest and the largest value of each type. NaN and infinities lie between no two numbers. */
const limits = {
  smallint: [-32_768, 32_767],
  integer: [-2_147_483_648, 2_147_483_647],
  date: [firstDay, lastDay],
  float8: [-Number.MAX_VALUE, Number.MAX_VALUE],
} as const;

export type NumberType = keyof typeof limits;

export function isNumberType(type: string): type is NumberType {
  return type in limits;
}

/** `skip`: a row with a null input is null. `call`: the function is called with nulls. */
export type NullHandling = 'skip' | 'call';

const loops: Record<NullHandling, NumberLoop> = { skip: skippingLoop, call: nullableLoop };

/** The marks of the rows. All 0 between two calls. */
let rowMarks = new Uint8Array(1 << 15);

/** A function of one to three number vectors, as an enrichment runs it. */
export class NumberComputation {
  private readonly type: NumberType;
  private readonly call: NumberFunction;
  private readonly nullHandling: NullHandling;
  private loop: NumberLoop;
  private rowsUntilOwn = OWN_LOOP_ROWS;

  constructor(type: NumberType, call: NumberFunction, nullHandling: NullHandling) {
    this.type = type;
    this.call = call;
    this.nullHandling = nullHandling;
    this.loop = loops[nullHandling];
  }

  run(inputs: readonly Vector[], rows: number, lanes: Lanes, refusals: Refusals): Vector {
    this.noteRows(rows);
    const { call, type } = this;
    // Loops take three columns; functions of fewer inputs do not see the rest.
    const three = [0, 1, 2].map((i) => inputs[Math.min(i, inputs.length - 1)]);
    const columns = three.map((vector) => (vector as { values: Numbers }).values);
    const validities = three.map(({ validity }) => validity);
    const nulls = this.nullHandling === 'call' ? noNulls : jointNulls(inputs, rows);
    const out = type === 'float8' ? lanes.float64(rows) : lanes.int32(rows);
    if (rowMarks.length < rows) rowMarks = new Uint8Array(rows * 2);
    const marks = rowMarks;
    const { validity } = nulls;
    const [low, high] = limits[type];
    const whole = type !== 'float8';
    let answer = 1;
    let all = nulls;
    try {
      const { length } = inputs;
      answer = this.loop(call, length, columns, validity, validities, rows, whole, low, high, out, marks);
      if (answer > 0) all = withNulls(nulls, marks, rows);
      if (answer > 1) this.refuse(inputs, rows, marks, refusals);
    } finally {
      if (answer > 0) marks.fill(0, 0, rows);
    }
    return type === 'float8'
      ? { kind: 'float64', length: rows, values: out as Float64Array, ...all }
      : { kind: 'int32', length: rows, values: out as Int32Array, ...all };
  }

  private noteRows(rows: number): void {
    if (this.rowsUntilOwn <= 0) return;
    this.rowsUntilOwn -= rows;
    if (this.rowsUntilOwn <= 0) this.loop = ownLoop(this.loop);
  }

  /** Calls the function again for the rows whose result did not fit, to say what it was. */
  private refuse(inputs: readonly Vector[], rows: number, marks: Uint8Array, refusals: Refusals): void {
    for (let row = 0; row < rows; row++) {
      if (marks[row] !== 2) continue;
      const values = inputs.map((vector) =>
        isValid(vector, row) ? (vector as { values: Numbers }).values[row] : null,
      );
      refusals.add(row, refusalReason(this.call(...values), this.type));
    }
  }
}

const noNulls: Nulls = { validity: null, nullCount: 0 };

/**
 * compute() for numbers in and numbers out, its most common use: works directly on typed arrays, about ten times as
 * fast as value by value.
 */
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import type { Lanes } from './lanes.ts';
import { jointNulls, type Nulls, withNulls } from './nulls.ts';

export type Numbers = Int32Array | Float64Array;
export type NumberFunction = (...values: (number | null)[]) => number | null | undefined;

/** True for vectors whose values compute() passes on unchanged: numbers in a typed array. */
export function isNumbers(vector: Vector): boolean {
  return vector.kind === 'int32' || vector.kind === 'float64';
}

/** What a loop returns if every result fits: all rows have a value, or `isNull` marks those that do not. */
const ALL_VALID = -1;
const SOME_NULL = -2;

/**
 * Calls the function for each row that is not null and stores its result; a null row's value is 0. Returns the first
 * row whose result is not a whole number from -limit - 1 to limit (Infinity: any number is allowed), or as above.
 */
type NumberLoop = (
  call: NumberFunction,
  columns: number,
  values: readonly Numbers[],
  validity: Uint8Array | null,
  validities: readonly (Uint8Array | null)[],
  rows: number,
  limit: number,
  out: Numbers,
  isNull: Uint8Array,
) => number;

/**
 * Refers to nothing outside itself, as `ownLoop` requires. Functions get exactly as many arguments as there are
 * inputs: Math.max takes any number. A result is stored as soon as it is known to be a number: a variable that may
 * also hold null would box it.
 */
const skippingLoop: NumberLoop = (call, columns, [a, b, c], validity, _, rows, limit, out, isNull) => {
  let answer = -1;
  for (let i = 0; i < rows; i++) {
    if (validity !== null && (validity[i >> 3] & (1 << (i & 7))) === 0) {
      out[i] = 0;
      continue;
    }
    const result = columns === 1 ? call(a[i]) : columns === 2 ? call(a[i], b[i]) : call(a[i], b[i], c[i]);
    if (typeof result === 'number') {
      if (limit !== Number.POSITIVE_INFINITY) {
        if (!Number.isInteger(result) || result > limit || result < -limit - 1) return i;
      }
      out[i] = result;
    } else if (result === null || result === undefined) {
      out[i] = 0;
      isNull[i] = 1;
      answer = -2;
    } else return i;
  }
  return answer;
};

/** The same for a function that handles nulls: it is called for every row. */
const nullableLoop: NumberLoop = (call, columns, [a, b, c], _, [va, vb, vc], rows, limit, out, isNull) => {
  let answer = -1;
  for (let i = 0; i < rows; i++) {
    const byte = i >> 3;
    const bit = 1 << (i & 7);
    const x = va === null || (va[byte] & bit) !== 0 ? a[i] : null;
    const y = vb === null || (vb[byte] & bit) !== 0 ? b[i] : null;
    const z = vc === null || (vc[byte] & bit) !== 0 ? c[i] : null;
    const result = columns === 1 ? call(x) : columns === 2 ? call(x, y) : call(x, y, z);
    if (typeof result === 'number') {
      if (limit !== Number.POSITIVE_INFINITY) {
        if (!Number.isInteger(result) || result > limit || result < -limit - 1) return i;
      }
      out[i] = result;
    } else if (result === null || result === undefined) {
      out[i] = 0;
      isNull[i] = 1;
      answer = -2;
    } else return i;
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

/** The largest value of each type. If it is finite, values must be whole numbers. */
const limits = { smallint: 32767, integer: 2147483647, date: 2147483647, float8: Number.POSITIVE_INFINITY };

export type NumberType = keyof typeof limits;

export function isNumberType(type: string): type is NumberType {
  return type in limits;
}

/** `skip`: a row with a null input is null. `call`: the function is called with nulls. */
export type NullHandling = 'skip' | 'call';

const loops: Record<NullHandling, NumberLoop> = { skip: skippingLoop, call: nullableLoop };

/** Marks null rows. All 0 between two calls. */
let nullMarks = new Uint8Array(1 << 15);

/** A function of one to three number vectors, as an enrichment runs it. */
export class NumberComputation {
  private readonly type: NumberType;
  private readonly call: NumberFunction;
  private readonly nullHandling: NullHandling;
  /** Called with a result that does not fit the type. */
  private readonly fail: (result: unknown) => never;
  private loop: NumberLoop;
  private rowsUntilOwn = OWN_LOOP_ROWS;

  constructor(
    type: NumberType,
    call: NumberFunction,
    nullHandling: NullHandling,
    fail: (result: unknown) => never,
  ) {
    this.type = type;
    this.call = call;
    this.nullHandling = nullHandling;
    this.fail = fail;
    this.loop = loops[nullHandling];
  }

  run(inputs: readonly Vector[], rows: number, lanes: Lanes): Vector {
    this.noteRows(rows);
    const { call, type } = this;
    // Loops take three columns; functions of fewer inputs do not see the rest.
    const three = [0, 1, 2].map((i) => inputs[Math.min(i, inputs.length - 1)]);
    const columns = three.map((vector) => (vector as { values: Numbers }).values);
    const validities = three.map(({ validity }) => validity);
    const nulls = this.nullHandling === 'call' ? noNulls : jointNulls(inputs, rows);
    const out = type === 'float8' ? lanes.float64(rows) : lanes.int32(rows);
    if (nullMarks.length < rows) nullMarks = new Uint8Array(rows * 2);
    const { validity } = nulls;
    const limit = limits[type];
    let answer = SOME_NULL;
    let all = nulls;
    try {
      answer = this.loop(call, inputs.length, columns, validity, validities, rows, limit, out, nullMarks);
      if (answer === SOME_NULL) all = withNulls(nulls, nullMarks, rows);
    } finally {
      if (answer !== ALL_VALID) nullMarks.fill(0, 0, rows);
    }
    if (answer >= 0) this.misfit(answer, inputs);
    return type === 'float8'
      ? { kind: 'float64', length: rows, values: out as Float64Array, ...all }
      : { kind: 'int32', length: rows, values: out as Int32Array, ...all };
  }

  private noteRows(rows: number): void {
    if (this.rowsUntilOwn <= 0) return;
    this.rowsUntilOwn -= rows;
    if (this.rowsUntilOwn <= 0) this.loop = ownLoop(this.loop);
  }

  private misfit(row: number, inputs: readonly Vector[]): never {
    const values = inputs.map((vector) =>
      isValid(vector, row) ? (vector as { values: Numbers }).values[row] : null,
    );
    return this.fail(this.call(...values));
  }
}

const noNulls: Nulls = { validity: null, nullCount: 0 };

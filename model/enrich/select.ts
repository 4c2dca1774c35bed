/** Copies rows of vectors: those that are left of a batch, or those that keys are joined with. */
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import type { Nulls } from './nulls.ts';

/** The row numbers, ascending, whose entry in `broken` is 0. */
export function rowsKept(broken: Uint8Array, rows: number): Int32Array {
  const kept = new Int32Array(rows);
  let count = 0;
  for (let i = 0; i < rows; i++) if (broken[i] === 0) kept[count++] = i;
  return kept.subarray(0, count);
}

function selectNulls(vector: Vector, kept: Int32Array): Nulls {
  if (vector.validity === null) return { validity: null, nullCount: 0 };
  const validity = new Uint8Array((kept.length + 7) >> 3).fill(255);
  let nullCount = 0;
  for (let i = 0; i < kept.length; i++) {
    if (isValid(vector, kept[i])) continue;
    validity[i >> 3] &= ~(1 << (i & 7));
    nullCount++;
  }
  return { validity, nullCount };
}

type Numbers = Int32Array | Float64Array | Uint8Array;

function selectNumbers<T extends Numbers>(values: T, kept: Int32Array, width = 1): T {
  const out = new (values.constructor as new (elements: number) => T)(kept.length * width);
  for (let i = 0; i < kept.length; i++) {
    for (let j = 0; j < width; j++) out[i * width + j] = values[kept[i] * width + j];
  }
  return out;
}

function selectBig(values: BigInt64Array, kept: Int32Array): BigInt64Array {
  const out = new BigInt64Array(kept.length);
  for (let i = 0; i < kept.length; i++) out[i] = values[kept[i]];
  return out;
}

function selectUtf8(vector: Extract<Vector, { kind: 'utf8' }>, kept: Int32Array) {
  const offsets = new Int32Array(kept.length + 1);
  for (let i = 0; i < kept.length; i++) {
    offsets[i + 1] = offsets[i] + vector.offsets[kept[i] + 1] - vector.offsets[kept[i]];
  }
  const bytes = new Uint8Array(offsets[kept.length]);
  for (let i = 0; i < kept.length; i++) {
    bytes.set(vector.bytes.subarray(vector.offsets[kept[i]], vector.offsets[kept[i] + 1]), offsets[i]);
  }
  return { offsets, bytes };
}

/** Copies the rows `kept` of a vector, in any order and any number of times each. */
export function selectRows(vector: Vector, kept: Int32Array): Vector {
  const base = { length: kept.length, ...selectNulls(vector, kept) };
  const numbers = <T extends Numbers>(values: T) => selectNumbers(values, kept);
  switch (vector.kind) {
    case 'int32':
      return { kind: 'int32', values: numbers(vector.values), ...base };
    case 'float64':
      return { kind: 'float64', values: numbers(vector.values), ...base };
    case 'boolean':
      return { kind: 'boolean', values: numbers(vector.values), ...base };
    case 'dictionary':
      return { kind: 'dictionary', values: numbers(vector.values), dictionary: vector.dictionary, ...base };
    case 'int64':
      return { kind: 'int64', values: selectBig(vector.values, kept), ...base };
    case 'timestamp':
      return {
        kind: 'timestamp',
        values: selectBig(vector.values, kept),
        localDay: numbers(vector.localDay),
        localSecond: numbers(vector.localSecond),
        ...base,
      };
    case 'uuid':
    case 'decimal128':
      return { kind: vector.kind, values: selectNumbers(vector.values, kept, 16), ...base };
    case 'point':
      return { kind: 'point', lon: numbers(vector.lon), lat: numbers(vector.lat), ...base };
    case 'utf8':
      return { kind: 'utf8', ...selectUtf8(vector, kept), ...base };
  }
}

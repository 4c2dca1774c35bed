/**
 * Values of a batch's columns as 32-bit words, by which rows are compared without making a text of each value. Equal
 * words mean equal values, as long as the chunk lasts. The reverse may not hold: a null has unspecified words, and
 * doubles have two zeros.
 */
import { isValid, type Vector } from '../../../../kernel/columns/vectors.ts';
import { LandfallError } from '../../../../platform/errors/errors.ts';

/** Word `at` of each row's `stride` words. */
export interface Words {
  readonly values: Int32Array;
  readonly stride: number;
  readonly at: number;
}

/** Gives each text of a column that has no dictionary a code. One per column and chunk. */
export type TextCodes = Map<string, number>;

/** The words of a column's rows, the same number of them in each batch of a chunk. The last says whether it is null. */
export function wordsOf(vector: Vector, rows: number, codes: TextCodes): Words[] {
  switch (vector.kind) {
    case 'dictionary':
    case 'int32':
      return [single(vector.values), validWords(vector, rows)];
    case 'boolean':
      return [single(Int32Array.from(vector.values.subarray(0, rows))), validWords(vector, rows)];
    case 'int64':
    case 'timestamp':
    case 'float64':
      return [...manyWords(vector.values, 2), validWords(vector, rows)];
    case 'uuid':
    case 'decimal128':
      return [...manyWords(vector.values.slice(0, rows * 16), 4), validWords(vector, rows)];
    case 'utf8':
      return [single(textCodes(vector, rows, codes)), validWords(vector, rows)];
    case 'point':
      throw new LandfallError('LF_INTERNAL', { reason: 'an attribute was given a point' });
  }
}

function single(values: Int32Array): Words {
  return { values, stride: 1, at: 0 };
}

function manyWords(values: BigInt64Array | Float64Array | Uint8Array, stride: number): Words[] {
  const words = new Int32Array(values.buffer, values.byteOffset, values.byteLength >> 2);
  return Array.from({ length: stride }, (_, at) => ({ values: words, stride, at }));
}

const noNulls: Words = { values: new Int32Array(1), stride: 0, at: 0 };

/** 0 for a value, 1 for a null. */
function validWords(vector: Vector, rows: number): Words {
  if (vector.validity === null) return noNulls;
  const words = new Int32Array(rows);
  for (let row = 0; row < rows; row++) words[row] = isValid(vector, row) ? 0 : 1;
  return single(words);
}

function textCodes(vector: Extract<Vector, { kind: 'utf8' }>, rows: number, codes: TextCodes): Int32Array {
  const { offsets, bytes } = vector;
  const found = new Int32Array(rows);
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let row = 0; row < rows; row++) {
    if (!isValid(vector, row)) continue;
    // Latin-1 maps bytes to characters one by one, so equal texts mean equal bytes.
    const text = all.toString('latin1', offsets[row], offsets[row + 1]);
    let code = codes.get(text);
    if (code === undefined) codes.set(text, (code = codes.size));
    found[row] = code;
  }
  return found;
}

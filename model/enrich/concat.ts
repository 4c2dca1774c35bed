/** Puts vectors of one type behind one another, in memory of their own. */
import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import { textAt } from '../types/text.ts';
import { fixedDictionary } from './known-dictionary.ts';
import type { Nulls } from './nulls.ts';

type Of<K extends Vector['kind']> = Extract<Vector, { readonly kind: K }>;
type Values = Int32Array | Float64Array | Uint8Array | BigInt64Array;

/**
 * The vectors as one, which is a dictionary of its distinct texts if they hold texts. At least one vector, all of one
 * column type.
 */
export function concatVectors(vectors: readonly Vector[]): Vector {
  const length = vectors.reduce((sum, vector) => sum + vector.length, 0);
  const base = { length, ...concatNulls(vectors, length) };
  const lanes = <K extends Vector['kind'], T extends Values>(
    _: K,
    lane: (vector: Of<K>) => T,
    width = 1,
  ): T => concatLanes(vectors as readonly Of<K>[], lane, length, width);
  const { kind } = vectors[0];
  switch (kind) {
    case 'int32':
      return { kind, values: lanes(kind, ({ values }) => values), ...base };
    case 'int64':
      return { kind, values: lanes(kind, ({ values }) => values), ...base };
    case 'float64':
      return { kind, values: lanes(kind, ({ values }) => values), ...base };
    case 'boolean':
      return { kind, values: lanes(kind, ({ values }) => values), ...base };
    case 'uuid':
    case 'decimal128':
      return { kind, values: lanes(kind, ({ values }) => values, 16), ...base };
    case 'timestamp':
      return {
        kind,
        values: lanes(kind, ({ values }) => values),
        localDay: lanes(kind, ({ localDay }) => localDay),
        localSecond: lanes(kind, ({ localSecond }) => localSecond),
        ...base,
      };
    case 'point':
      return { kind, lon: lanes(kind, ({ lon }) => lon), lat: lanes(kind, ({ lat }) => lat), ...base };
    case 'dictionary':
    case 'utf8':
      return {
        kind: 'dictionary',
        ...concatTexts(vectors as readonly Of<'dictionary' | 'utf8'>[], length),
        ...base,
      };
  }
}

function concatNulls(vectors: readonly Vector[], length: number): Nulls {
  const nullCount = vectors.reduce((sum, vector) => sum + vector.nullCount, 0);
  if (nullCount === 0) return { validity: null, nullCount };
  const validity = new Uint8Array((length + 7) >> 3).fill(255);
  let row = 0;
  for (const vector of vectors)
    for (let i = 0; i < vector.length; i++, row++)
      if (!isValid(vector, i)) validity[row >> 3] &= ~(1 << (row & 7));
  return { validity, nullCount };
}

/** `width`: elements of a row. */
function concatLanes<V extends Vector, T extends Values>(
  vectors: readonly V[],
  lane: (vector: V) => T,
  length: number,
  width: number,
): T {
  const Lane = lane(vectors[0]).constructor as new (elements: number) => T;
  const out = new Lane(length * width);
  let end = 0;
  for (const vector of vectors) {
    const elements = vector.length * width;
    out.set(lane(vector).subarray(0, elements) as never, end);
    end += elements;
  }
  return out;
}

function concatTexts(vectors: readonly Of<'dictionary' | 'utf8'>[], length: number) {
  const codes = new Map<string, number>();
  const values = new Int32Array(length);
  let row = 0;
  for (const vector of vectors) {
    for (let i = 0; i < vector.length; i++, row++) {
      if (!isValid(vector, i)) continue;
      const text = textAt(vector, i);
      const code = codes.get(text) ?? codes.size;
      codes.set(text, code);
      values[row] = code;
    }
  }
  // Null rows have code 0, which a dictionary has.
  if (codes.size === 0) codes.set('', 0);
  return { values, dictionary: fixedDictionary([...codes.keys()]) };
}

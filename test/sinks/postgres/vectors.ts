/** Batches as a kernel would leave them, from plain values. */
import type { Vector } from '../../../kernel/columns/vectors.ts';
import type { Batch } from '../../../model/enrich/batch.ts';

/** Bit i set where value i is not null; null where all are given. */
function validity(values: readonly unknown[]): { validity: Uint8Array | null; nullCount: number } {
  const nullCount = values.filter((value) => value === null).length;
  if (nullCount === 0) return { validity: null, nullCount };
  const bits = new Uint8Array((values.length + 7) >> 3);
  values.forEach((value, i) => {
    if (value !== null) bits[i >> 3] |= 1 << (i & 7);
  });
  return { validity: bits, nullCount };
}

export const numbers = (values: readonly (number | null)[]): Vector => ({
  kind: 'int32',
  length: values.length,
  values: Int32Array.from(values, (value) => value ?? 0),
  ...validity(values),
});

export const bigints = (values: readonly (number | null)[]): Vector => ({
  kind: 'int64',
  length: values.length,
  values: BigInt64Array.from(values, (value) => BigInt(value ?? 0)),
  ...validity(values),
});

/** Codes into `texts`, a dictionary that only grows from batch to batch. */
export function codes(values: readonly (string | null)[], texts: string[] = []): Vector {
  const coded = values.map((value) => {
    if (value === null) return 0;
    if (!texts.includes(value)) texts.push(value);
    return texts.indexOf(value);
  });
  const dictionary = {
    size: texts.length,
    text: (code: number) => texts[code],
    bytes: (code: number) => Buffer.from(texts[code]),
  };
  const { length } = values;
  return { kind: 'dictionary', length, values: Int32Array.from(coded), dictionary, ...validity(values) };
}

export const texts = (values: readonly (string | null)[]): Vector => {
  const parts = values.map((value) => Buffer.from(value ?? ''));
  const offsets = new Int32Array(values.length + 1);
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i] + part.length;
  });
  return { kind: 'utf8', length: values.length, offsets, bytes: Buffer.concat(parts), ...validity(values) };
};

export const batch = (vectors: Record<string, Vector>): Batch => ({
  rows: Object.values(vectors)[0].length,
  vectors: new Map(Object.entries(vectors)),
});

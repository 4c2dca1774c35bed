/** Vectors made by hand, and enrichments run on them as a dataset would. */

import { isValid, type Vector } from '../../kernel/columns/vectors.ts';
import type { Batch as KernelBatch } from '../../kernel/types.ts';
import { compileDataset } from '../../model/compile/compile.ts';
import type { CompiledDataset, LogicalType } from '../../model/compiled.ts';
import type { Lanes } from '../../model/enrich/lanes.ts';
import { type DatasetDefinition, type Definition, defineDataset } from '../../model/language/define.ts';
import type { Enrichment } from '../../model/language/refs.ts';
import { typeOf } from '../../model/types/column-types.ts';

/** A vector of values as the type's builder takes them; null for none. */
export function vectorOf(logical: LogicalType, values: readonly unknown[]): Vector {
  const builder = typeOf(logical).build(values.length, logical);
  values.forEach((value, i) => {
    builder.set(i, value);
  });
  return builder.finish();
}

/** A dictionary vector of texts. */
export function codesOf(values: readonly (string | null)[]): Vector {
  const texts = [...new Set(values.filter((value) => value !== null))];
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  const codes = new Map(texts.map((text, code) => [text, code]));
  const validity = new Uint8Array((values.length + 7) >> 3);
  values.forEach((value, i) => {
    if (value !== null) validity[i >> 3] |= 1 << (i & 7);
  });
  return {
    kind: 'dictionary',
    length: values.length,
    values: Int32Array.from(values, (value) => (value === null ? 0 : codes.get(value)!)),
    dictionary: { size: texts.length, text: (code) => texts[code], bytes: (code) => encoded[code] },
    validity,
    nullCount: values.filter((value) => value === null).length,
  };
}

/** Values of a vector, null where there is none. */
export function valuesOf(vector: Vector, logical: LogicalType): unknown[] {
  return Array.from({ length: vector.length }, (_, i) =>
    isValid(vector, i) ? typeOf(logical).value(vector, logical, i) : null,
  );
}

/** Arrays as a worker hands them out: with the values of earlier batches in them. */
const usedLanes: Lanes = {
  int32: (rows) => new Int32Array(rows).fill(-77),
  float64: (rows) => new Float64Array(rows).fill(-77),
};

/**
 * The enrichment's values for inputs of these types, its null count checked on the way. Throws the reason if it rejects
 * a row.
 */
export function run(enrichment: Enrichment, inputs: readonly (readonly [LogicalType, Vector])[]): unknown[] {
  const build = enrichment.build(inputs.map(([logical]) => logical));
  const vectors = inputs.map(([, vector]) => vector);
  const rows = vectors[0].length;
  const result = build(vectors, rows, usedLanes, {
    add(_, reason) {
      throw new Error(reason);
    },
  });
  const values = valuesOf(result, enrichment.logical);
  const nulls = values.filter((value) => value === null).length;
  if (nulls !== result.nullCount) throw new Error(`${nulls} nulls, but nullCount is ${result.nullCount}`);
  return values;
}

/** Compiles what TypeScript might not let through. */
export function compileLoose(source: object): CompiledDataset {
  const define = defineDataset as unknown as (source: object) => Definition;
  return compileDataset(define(source));
}

export type Loose = Partial<DatasetDefinition> & Record<string, unknown>;

/** A kernel's batch of these vectors; row i stands at byte 10 × i, line i. */
export function batchOf(vectors: readonly Vector[], rows: number): KernelBatch {
  return {
    rows,
    vectors,
    byteOffsets: Float64Array.from({ length: rows }, (_, i) => i * 10),
    rejects: [],
    parsed: rows,
    place: (row) => ({ byteOffset: row * 10, byteLength: 9, record: row, line: row, raw: `row ${row}` }),
  };
}

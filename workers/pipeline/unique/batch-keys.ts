/** Keys of rows: the first 16 bytes of a SHA-256 of their values, so that all keys have the same length. */
import { hash } from 'node:crypto';
import { isValid } from '../../../kernel/columns/vectors.ts';
import type { Batch } from '../../../kernel/types.ts';
import type { CompiledDataset, CompiledUnique, LogicalType } from '../../../model/compiled.ts';
import { typeOf } from '../../../model/types/column-types.ts';
import { LandfallError } from '../../../platform/errors/errors.ts';

export const keyBytes = 16;

/** The rows of a batch that have a key, in order. */
export interface BatchKeys {
  readonly rows: number;
  /** 16 bytes per row. */
  readonly keys: Uint8Array;
  readonly byteOffsets: BigInt64Array;
  /** 1-based line in the file. */
  readonly lines: BigInt64Array;
}

/** What identifies a rule, independently of its name. */
export function aboutRule(dataset: CompiledDataset, { columns }: CompiledUnique): unknown {
  return {
    columns: columns.map((c) => [
      dataset.columns[c].name,
      keyForm(dataset.columns[c].logical).about(dataset.columns[c].logical),
    ]),
  };
}

/**
 * `lineStart`: the line in the file at which the chunk begins. A row with a null in a column of the rule has no key.
 */
export function batchKeys(
  dataset: CompiledDataset,
  rule: CompiledUnique,
  batch: Batch,
  lineStart: number,
): BatchKeys {
  const keys = Buffer.alloc(batch.rows * keyBytes);
  const byteOffsets = new BigInt64Array(batch.rows);
  const lines = new BigInt64Array(batch.rows);
  const columns = rule.columns.map((c) => {
    const { logical } = dataset.columns[c];
    return { vector: batch.vectors[c], logical, text: keyForm(logical).text };
  });
  const texts: string[] = [];
  let rows = 0;
  for (let row = 0; row < batch.rows; row++) {
    texts.length = 0;
    for (const { vector, logical, text } of columns) {
      if (!isValid(vector, row)) break;
      texts.push(text(vector, logical, row));
    }
    if (texts.length < columns.length) continue;
    keys.write(keyOf(texts), rows * keyBytes, keyBytes, 'latin1');
    byteOffsets[rows] = BigInt(batch.byteOffsets[row]);
    lines[rows] = BigInt(lineStart + batch.line!(row));
    rows++;
  }
  return { rows, keys, byteOffsets, lines };
}

/** How values of a column are compared. Throws if the rule is over a type that cannot be a key. */
function keyForm(logical: LogicalType) {
  const { key } = typeOf(logical);
  if (key !== null) return key;
  throw new LandfallError('LF_INTERNAL', { reason: `a ${logical.type} makes no key` });
}

/**
 * For several values, hashes their hashes, so that no two lists of texts are confused. The hashes are written as
 * strings with one byte per character: that costs a quarter of a Buffer, and one call a fifth of a hash object.
 */
function keyOf(texts: readonly string[]): string {
  if (texts.length === 1) return sha256(texts[0]);
  return sha256(Buffer.from(texts.map(sha256).join(''), 'latin1'));
}

function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'binary');
}

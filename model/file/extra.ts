/**
 * Unknown columns of a file, for definitions that keep them. The kernel reads them as texts, after the columns of
 * the definition, and they become one json object per row. A file without unknown columns is read as if the
 * definition kept none.
 */

import { isValid, type Utf8Vector, type Vector } from '../../kernel/columns/vectors.ts';
import { BACKSLASH, SPACE } from '../../kernel/dialect/control.ts';
import { CLOSE_OBJECT, COMMA, OPEN_OBJECT, QUOTE } from '../../kernel/json/syntax.ts';
import type { FileLayout } from '../../platform/layout.ts';
import type { CompiledColumn, CompiledDataset } from '../compiled.ts';

type Fields = Pick<FileLayout, 'fieldOfColumn' | 'extra'>;

/** What the kernel reads of a file: the columns of its definition, then the kept ones. */
export function readColumns(
  dataset: CompiledDataset,
  { fieldOfColumn, extra = [] }: Fields,
): { readonly columns: readonly CompiledColumn[]; readonly fieldOfColumn: readonly number[] } {
  if (extra.length === 0) return { columns: dataset.columns, fieldOfColumn };
  return {
    columns: [...dataset.columns, ...extra.map(({ name }) => textColumn(dataset, name))],
    fieldOfColumn: [...fieldOfColumn, ...extra.map(({ field }) => field)],
  };
}

function textColumn(dataset: CompiledDataset, name: string): CompiledColumn {
  const logical = { type: 'text' } as const;
  const { nulls } = dataset.drift;
  const headers = { headers: [], aliases: [] };
  return { name, type: { kind: 'utf8' }, required: false, optional: true, nulls, ...headers, logical };
}

const encoder = new TextEncoder();
/** Most bytes of JSON for one byte of text: \u001f. */
const ESCAPED_BYTES = 6;

/** One JSON object per row, with its values that are not null; null if it has none. `names`: those of the vectors. */
export function jsonObjects(names: readonly string[], vectors: readonly Vector[], rows: number): Utf8Vector {
  const keys = names.map((name) => encoder.encode(`${JSON.stringify(name)}:"`));
  const texts = vectors as readonly Utf8Vector[];
  const offsets = new Int32Array(rows + 1);
  const validity = new Uint8Array((rows + 7) >> 3);
  let bytes = new Uint8Array(Math.max(1024, rows * 32));
  let nullCount = 0;
  let end = 0;
  for (let row = 0; row < rows; row++) {
    const start = end;
    for (let c = 0; c < texts.length; c++) {
      const text = texts[c];
      if (!isValid(text, row)) continue;
      const from = text.offsets[row];
      const to = text.offsets[row + 1];
      const most = end + keys[c].length + (to - from) * ESCAPED_BYTES + 3;
      if (most > bytes.length) bytes = grown(bytes, end, most);
      bytes[end] = end === start ? OPEN_OBJECT : COMMA;
      bytes.set(keys[c], end + 1);
      end = escapeJson(text.bytes, from, to, bytes, end + 1 + keys[c].length);
      bytes[end++] = QUOTE;
    }
    if (end === start) nullCount++;
    else {
      bytes[end++] = CLOSE_OBJECT;
      validity[row >> 3] |= 1 << (row & 7);
    }
    offsets[row + 1] = end;
  }
  return { kind: 'utf8', length: rows, offsets, bytes, validity, nullCount };
}

function grown(bytes: Uint8Array<ArrayBuffer>, used: number, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(bytes.length * 2, least));
  larger.set(bytes.subarray(0, used));
  return larger;
}

/** Writes the text escaped for a JSON string. Returns the offset past it. */
function escapeJson(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  for (let i = from; i < to; i++) {
    const byte = source[i];
    if (byte === QUOTE || byte === BACKSLASH) target[at++] = BACKSLASH;
    if (byte >= SPACE) {
      target[at++] = byte;
      continue;
    }
    const escaped = `\\u00${byte.toString(16).padStart(2, '0')}`;
    for (let c = 0; c < escaped.length; c++) target[at++] = escaped.charCodeAt(c);
  }
  return at;
}

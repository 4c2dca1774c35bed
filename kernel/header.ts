/** The first record of a file, as text. */
import type { KernelDialect } from './types.ts';

const LF = 10;
const CR = 13;

/**
 * Reads the first record in `bytes`, by the rules of the kernel (blank lines before it are skipped,
 * doubled quotes are one). `bytes` in the answer is where the next record begins, counting a BOM and
 * blank lines. Null where `bytes` holds no whole record; a file that is one record without a line end is
 * the caller's to complete by adding a newline.
 */
export function readHead(
  bytes: Uint8Array,
  dialect: KernelDialect,
): { fields: string[]; bytes: number } | null {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF)) at += bytes[at] === LF ? 1 : 2;
  const fields: string[] = [];
  while (at < bytes.length) {
    const end = fieldEnd(bytes, at, dialect);
    if (end < 0) return null;
    const lineEnd = bytes[end] === LF;
    const stop = lineEnd && end > at && bytes[end - 1] === CR ? end - 1 : end;
    fields.push(fieldText(bytes.subarray(at, stop), dialect));
    at = end + 1;
    if (lineEnd) return { fields, bytes: at };
  }
  return null;
}

/**
 * The first `count` fields of the record that `bytes` begins with, which may be cut off: fewer where it
 * has no more. `bytes` in the answer is where the next field begins.
 */
export function readFields(
  bytes: Uint8Array,
  dialect: KernelDialect,
  count: number,
): { fields: string[]; bytes: number } {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < count && at < bytes.length) {
    const end = fieldEnd(bytes, at, dialect);
    fields.push(fieldText(bytes.subarray(at, end < 0 ? bytes.length : end), dialect));
    if (end < 0) return { fields, bytes: bytes.length };
    at = end + 1;
    if (bytes[end] === LF) break;
  }
  return { fields, bytes: at };
}

/** Where the delimiter or newline is that ends the field at `at`; -1: not in these bytes. */
function fieldEnd(bytes: Uint8Array, at: number, dialect: KernelDialect): number {
  const delimiter = dialect.delimiter.charCodeAt(0);
  const quote = dialect.quote?.charCodeAt(0) ?? -1;
  let i = at;
  if (bytes[i] === quote) {
    for (i++; i < bytes.length; i++) {
      if (bytes[i] !== quote) continue;
      if (bytes[i + 1] !== quote) break;
      i++;
    }
  }
  for (; i < bytes.length; i++) if (bytes[i] === delimiter || bytes[i] === LF) return i;
  return -1;
}

function fieldText(bytes: Uint8Array, dialect: KernelDialect): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const { quote } = dialect;
  if (quote && text.length > 1 && text.startsWith(quote) && text.endsWith(quote)) {
    return text.slice(1, -1).replaceAll(quote + quote, quote);
  }
  return dialect.trim ? text.replace(/^[ \t]+|[ \t]+$/g, '') : text;
}
